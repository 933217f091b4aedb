import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Bounds, Log } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { type FollowerCursor, readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { srcOf } from './decode.ts'
import { flawOf } from './keeper.ts'
import { newMemory, takeRecords } from './memory.ts'
import { Stop } from './stop.ts'

/** Records to look at from where a partition stands: what stops it is the first of them, or not there. */
const window = 64

export interface Diagnosis {
  readonly group: string
  readonly stop: Stop
  /** Where to go on. */
  readonly cure: FollowerCursor
}

/** Holds every partition of `metrics.persisted` against the cursor of a group that reads it. Nothing is changed. */
export async function diagnoseFollower(log: Log, db: Database, group: string): Promise<Diagnosis[]> {
  const bounds = new Map((await log.bounds(topics.persisted)).map((one) => [one.partition, one]))
  const found: Diagnosis[] = []
  for (const cursor of await readFollowers(db, group)) {
    const range = bounds.get(cursor.partition)
    const one = range && (await diagnose(log, db, cursor, range))
    if (one) found.push({ group, ...one })
  }
  return found
}

async function diagnose(
  log: Log,
  db: Database,
  cursor: FollowerCursor,
  range: Bounds,
): Promise<Omit<Diagnosis, 'group'> | undefined> {
  const { partition } = cursor
  const flaw = flawOf(cursor, range)
  const from = flaw ? range.low : cursor.topicOffset
  const read = { from: new Map([[partition, from]]), count: window }
  const records = from < range.high ? await readToEnd(log, topics.persisted, read) : []
  if (flaw) {
    const first = records.at(0)
    const published = (await readCursors(db, persistGroup)).find(
      (one) => one.partition === partition,
    )?.published
    const src = first ? srcOf(first) : (published ?? 0)
    return { stop: flaw, cure: at(cursor, Math.max(cursor.nextSrc, src), first?.offset ?? range.low) }
  }
  const memory = newMemory(cursor)
  try {
    takeRecords(memory, records, { '1m': 0, '5m': 0 })
    return undefined
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    const { topicOffset, nextSrc } = memory
    const bad = records.find(({ offset }) => offset >= topicOffset)
    if (error.code === 'GAP' && bad) return { stop: error, cure: at(cursor, srcOf(bad), bad.offset) }
    return { stop: error, cure: at(cursor, nextSrc + 1, (bad?.offset ?? topicOffset) + 1) }
  }
}

/** What lies before may lack points: from here on nothing does. */
function at(cursor: FollowerCursor, nextSrc: number, topicOffset: number): FollowerCursor {
  return { partition: cursor.partition, nextSrc, topicOffset, since: nextSrc }
}
