import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Group, Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { metricPartitions, persistGroup, rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { sessionSettings } from '@streamgauge/pipeline/persist/persist.ts'
import { startRetention } from '@streamgauge/pipeline/retention/retention.ts'
import { createFollowers } from '@streamgauge/pipeline/rollup/begin.ts'
import { createRollups } from '@streamgauge/pipeline/rollup/rollup.ts'
import { answer, ownCpuSeconds } from '../child.ts'
import { poll } from '../poll.ts'

/** Topics and database are this child's alone. */
export const rollupPrefix = 'rollup-bench.'

export type RollupAsk =
  | { readonly type: 'open'; readonly brokers: readonly string[]; readonly databaseUrl: string }
  /** Waits until everything in the topic is in the tables. */
  | { readonly type: 'written' }

const keep = { '1m': limits.rollup1mRetentionMs, '5m': limits.rollup5mRetentionMs }
const keepAll = {
  rawRetentionMs: limits.rawRetentionMs,
  rollup1mRetentionMs: keep['1m'],
  rollup5mRetentionMs: keep['5m'],
}
let opened: { log: Log; database: Database } | undefined

/** A process that does nothing but roll up; answers the CPU seconds it has taken so far. */
answer<RollupAsk, number>(async (ask) => {
  if (ask.type === 'open') opened = await open(ask.brokers, ask.databaseUrl)
  else await written()
  return ownCpuSeconds()
})

async function open(brokers: readonly string[], url: string) {
  const logger = createLog({ name: 'rollup', level: 'error', terminal: false })
  const registry = new Registry()
  const database = openDatabase({ url, session: sessionSettings })
  await migrate(database)
  await createCursors(database, persistGroup, metricPartitions)
  const log = await openLog({ brokers: [...brokers], topicPrefix: rollupPrefix, clientId: 'rollup', logger })
  await log.ensureTopics()
  await createFollowers(log, database, rollupGroup)
  // Whatever comes counts as stored.
  const far = 2 ** 40
  const all = 'UPDATE cursors SET next_offset = ?, published = ? WHERE consumer_group = ?'
  await database.execute(all, [far, far, persistGroup])
  const retention = startRetention({ log, database, logger, registry, keep: keepAll, clock: Date.now })
  await retention.makePartitions()
  let group: Group | undefined
  const rollups = createRollups({
    db: database,
    registry,
    logger,
    keep,
    needPartitions: retention.makePartitions,
    ask: (partition) => group?.ask(partition),
    clock: Date.now,
  })
  group = await log.runGroup({ group: rollupGroup, topic: topics.persisted }, rollups.handlers)
  return { log, database }
}

async function written(): Promise<void> {
  if (!opened) throw new Error('not opened')
  const { log, database } = opened
  const ends = await log.bounds(topics.persisted)
  await poll(async () => {
    const cursors = new Map((await readFollowers(database, rollupGroup)).map((one) => [one.partition, one]))
    return ends.every(({ partition, high }) => (cursors.get(partition)?.topicOffset ?? 0) >= high)
  }, 60_000)
}
