import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import {
  type FollowerCursor,
  insertFollowers,
  readFollowers,
} from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { metricPartitions, persistGroup, topics } from '@streamgauge/core/topics.ts'
import { srcOf } from './decode.ts'

/**
 * Makes the cursors of a group that reads `metrics.persisted`: with the topics at `src` 0, on a living installation
 * at the first record that the log still has. What came before is not its business: `since` says so. Cursors that
 * exist stay as they are.
 */
export async function createFollowers(log: Log, db: Database, group: string): Promise<void> {
  const existing = new Set((await readFollowers(db, group)).map(({ partition }) => partition))
  if (existing.size === metricPartitions) return
  // In this order: what is published after it was read can only lie ahead of it.
  const published = new Map(
    (await readCursors(db, persistGroup)).map((one) => [one.partition, one.published]),
  )
  const firsts = await firstRecords(log)
  const missing = (await log.bounds(topics.persisted)).filter(({ partition }) => !existing.has(partition))
  const cursors = missing.map(({ partition, low }): FollowerCursor => {
    const { src, offset } = firsts.get(partition) ?? { src: published.get(partition) ?? 0, offset: low }
    return { partition, nextSrc: src, topicOffset: offset, since: src }
  })
  await insertFollowers(db, group, cursors)
}

/** `src` and offset of the first record of each partition that has one. */
async function firstRecords(log: Log): Promise<Map<number, { src: number; offset: number }>> {
  const filled = (await log.bounds(topics.persisted)).filter(({ low, high }) => low < high)
  if (filled.length === 0) return new Map()
  const from = new Map(filled.map(({ partition, low }) => [partition, low]))
  const records = await readToEnd(log, topics.persisted, { from, count: 1 })
  return new Map(records.map((record) => [record.partition, { src: srcOf(record), offset: record.offset }]))
}
