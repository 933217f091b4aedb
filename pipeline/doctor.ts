import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Bounds, Log } from '@streamgauge/adapters/kafka/types.ts'
import {
  type Cursor,
  readCursors,
  resetCursors,
  rewindPublished,
} from '@streamgauge/adapters/mariadb/cursors.ts'
import { findDead, insertDead } from '@streamgauge/adapters/mariadb/dead.ts'
import { type FollowerCursor, resetFollower } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { alertGroup, persistGroup, rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { decode } from './persist/decode.ts'
import { fingerprintOf } from './persist/hash.ts'
import { placeOf } from './persist/place.ts'
import { Stop, type StopCode, stops } from './persist/stop.ts'
import { diagnoseFollower } from './rollup/doctor.ts'
import { type StopCode as RollupStopCode, stops as rollupStops } from './rollup/stop.ts'

/**
 * Records to look at beyond what persist has to publish again, or in all: its two runs of 128 that may be under way,
 * and the one after them.
 */
const window = 257

/** What is wrong with a partition, and what would be done about it. */
export interface Finding {
  readonly partition: number
  readonly code: StopCode | RollupStopCode
  readonly message: string
  readonly remedy: string
}

interface Diagnosis extends Finding {
  readonly cure: Cure
}

type Cure =
  | { nextOffset: number; published: number; isOtherLog: boolean }
  | { deadOffsets: readonly number[] }
  | { group: string; follower: FollowerCursor }

/**
 * Holds every partition of `metrics.ingest` against the cursor of persist, as that does when it begins, and of
 * `metrics.persisted` against those of rollup and alert, and names what would stop it. Nothing is changed.
 */
export async function examine(log: Log, db: Database): Promise<Finding[]> {
  return (await diagnose(log, db, Date.now())).map(({ cure: _cure, ...finding }) => finding)
}

/**
 * Applies the remedy of one partition and answers what it was, the one of persist before those of the others; undefined
 * when there is nothing to mend. Who is running sees the changed cursor within seconds.
 */
export async function heal(
  log: Log,
  db: Database,
  partition: number,
  now: number,
): Promise<Finding | undefined> {
  const diagnosis = (await diagnose(log, db, now)).find((one) => one.partition === partition)
  if (!diagnosis) return undefined
  const { cure, ...finding } = diagnosis
  if ('deadOffsets' in cure) {
    const letters = cure.deadOffsets.map((offset) => ({ offset, reason: finding.message }))
    await db.transaction((connection) => insertDead(connection, partition, letters, now))
    // Persist waits for a changed cursor, and what is published again must be compared anew.
    await db.execute('UPDATE cursors SET fingerprint = NULL WHERE topic_partition = ?', [partition])
  } else if ('follower' in cure) {
    await resetFollower(db, cure.group, cure.follower)
  } else {
    const { high } = (await log.bounds(topics.persisted))[partition]
    await resetCursors(db, persistGroup, partition, { ...cure, topicEnd: cure.isOtherLog ? high : null })
  }
  return finding
}

/**
 * To be called once after the store was restored from a backup, before a pipeline starts: everything since the backup
 * is then persisted, rolled up and held against the rules again from `metrics.ingest`.
 */
export async function afterRestore(log: Log, db: Database): Promise<void> {
  const bounds = await log.bounds(topics.persisted)
  await rewindPublished(db, persistGroup, new Map(bounds.map(({ partition, high }) => [partition, high])))
}

async function diagnose(log: Log, db: Database, now: number): Promise<Diagnosis[]> {
  const bounds = new Map((await log.bounds(topics.ingest)).map((one) => [one.partition, one]))
  const cursors = await readCursors(db, persistGroup)
  const found: Diagnosis[] = []
  for (const cursor of cursors) {
    const range = bounds.get(cursor.partition)
    if (!range) continue
    try {
      const { start } = placeOf(cursor, range)
      const cure = await lookAtRecords(log, db, cursor, { range, start, now })
      if (cure) found.push(cure)
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      found.push(toDiagnosis(error, anew(error.code, cursor, range)))
    }
  }
  for (const group of [rollupGroup, alertGroup]) {
    for (const { stop, cure: follower } of await diagnoseFollower(log, db, group)) {
      const { partition, message, code } = stop
      found.push({ partition, code, message, remedy: rollupStops[code].remedy, cure: { group, follower } })
    }
  }
  return found
}

async function lookAtRecords(
  log: Log,
  db: Database,
  cursor: Cursor,
  { range, start, now }: { range: Bounds; start: number; now: number },
): Promise<Diagnosis | undefined> {
  const { partition, nextOffset, published, fingerprint } = cursor
  if (start >= range.high) return undefined
  const records = await readToEnd(log, topics.ingest, {
    from: new Map([[partition, start]]),
    count: Math.max(window, nextOffset - start + 1),
  })
  const missing = records.findIndex(({ offset }, i) => offset !== start + i)
  if (missing !== -1) {
    const { offset } = records[missing]
    const stop = new Stop('GAP', partition, `${start + missing} is due, ${offset} is next`)
    const cure = { nextOffset: Math.max(nextOffset, offset), published: offset, isOtherLog: false }
    return toDiagnosis(stop, cure)
  }
  const last = records.find(({ offset }) => offset === nextOffset - 1)
  if (last && fingerprint && !fingerprint.equals(fingerprintOf(last))) {
    const stop = new Stop('OTHER_LOG', partition, `at offset ${last.offset}`)
    return toDiagnosis(stop, anew('OTHER_LOG', cursor, range))
  }
  const dead = await findDead(db, partition, published, nextOffset)
  const deadOffsets = records
    .filter(({ offset }) => offset >= published && offset < nextOffset && !dead.has(offset))
    .filter((record) => !decode(record, now).ok)
    .map(({ offset }) => offset)
  if (deadOffsets.length === 0) return undefined
  return toDiagnosis(new Stop('UNREADABLE', partition, `offsets ${deadOffsets.join(', ')}`), { deadOffsets })
}

/** Where to go on when records are gone, or the log is another one. */
function anew(code: StopCode, { nextOffset }: Cursor, { low }: Bounds): Cure {
  if (code === 'LOG_START')
    return { published: low, nextOffset: Math.max(low, nextOffset), isOtherLog: false }
  return { published: low, nextOffset: low, isOtherLog: true }
}

function toDiagnosis(stop: Stop, cure: Cure): Diagnosis {
  return {
    partition: stop.partition,
    code: stop.code,
    message: stop.message,
    remedy: stops[stop.code].remedy,
    cure,
  }
}
