import type { Config } from '@streamgauge/adapters/config.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { createProvision, type Provision } from '@streamgauge/adapters/mqtt/provision.ts'
import { keepReconciled } from '@streamgauge/adapters/mqtt/reconcile.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createPresenceBell } from '@streamgauge/adapters/redis/presence.ts'
import { createRinger } from './ringer.ts'

export interface EnrolmentOptions {
  readonly mqtt: Config['mqtt']
  readonly database: Database
  readonly redis: RedisStore
  readonly logger: Logger
}

export interface Enrolment {
  readonly provision: Provision
  close(): Promise<void>
}

/** Gives agents their logins and keeps those the broker has in order; undefined where no broker is set. */
export function openEnrolment({ mqtt, database, redis, logger }: EnrolmentOptions): Enrolment | undefined {
  if (!mqtt?.adminUrl || !mqtt.agentKey) return undefined
  const { adminUrl, agentKey } = mqtt
  const bell = createPresenceBell(redis)
  const ringer = createRinger((rows) => bell.agents(rows))
  const provision = createProvision({
    database,
    adminUrl,
    agentKey,
    changed: ringer.ring,
  })
  const reconciler = keepReconciled(provision, logger)
  return {
    provision,
    async close() {
      await reconciler.close()
      await provision.close()
      ringer.close()
    },
  }
}
