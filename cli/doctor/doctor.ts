import type { Config } from '@streamgauge/adapters/config.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { examine, type Finding } from '@streamgauge/pipeline/doctor.ts'
import { checkBroker } from './broker.ts'
import type { Found } from './faults.ts'
import { checkFlow, checkLog } from './log.ts'
import { checkMariadb } from './mariadb.ts'
import { checkRedis } from './redis.ts'

export interface CheckUp {
  readonly found: readonly Found[]
  /** What stops a partition; `heal` applies the remedy. */
  readonly partitions: readonly Finding[]
}

/** Looks at every service of an installation and at how they fit together; changes nothing. */
export async function checkUp(config: Config, db: Database, log: Log): Promise<CheckUp> {
  const [store, topics, redis] = await Promise.all([
    checkMariadb(db, config.limits),
    checkLog(log),
    checkRedis(config.redisUrl),
  ])
  const broker = config.mqtt ? await checkBroker(config.mqtt, store.reached ? db : undefined) : []
  const found = [...store.found, ...topics.found, ...redis, ...broker]
  if (!store.reached || !topics.reached) return { found, partitions: [] }
  const partitions = await examine(log, db)
  return { found: [...found, ...(await checkFlow(log, db))], partitions }
}
