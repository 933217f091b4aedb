import { advanceCursor, lockCursor, type Published } from '@streamgauge/adapters/mariadb/cursors.ts'
import { insertDead } from '@streamgauge/adapters/mariadb/dead.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { loadRaw } from '@streamgauge/adapters/mariadb/raw.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { dedupe } from './dedupe.ts'
import { fingerprintOf } from './hash.ts'
import { type Resolved, resolve } from './resolve.ts'
import { rawRows } from './rows.ts'
import { type DeadEntry, type Entry, isLive, type Kept } from './run.ts'
import type { SeriesCache } from './series-cache.ts'
import type { StepHook } from './steps.ts'

/** The group that persist's cursors belong to, here and in Kafka. */
export const persistGroup = 'persist'

export interface Written {
  readonly resolved: Resolved
  /** For each live entry. */
  readonly kept: readonly Kept[]
}

/** Somebody else has moved the cursor: what this process remembers of the partition is worth nothing. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/**
 * Steps 1 to 3 of docs/flow.md for a run of one partition: one transaction that either moves the cursor over the whole
 * run or leaves nothing behind. Throws `Fenced`, or what MariaDB says.
 */
export async function writeRun(
  db: Database,
  entries: readonly Entry[],
  known: { next: number } & Published,
  tools: { cache: SeriesCache; rawRetentionMs: number; now: number; step?: StepHook },
): Promise<Written> {
  const last = entries[entries.length - 1].record
  const { partition } = last
  const live = entries.filter(isLive)
  tools.step?.('taken')
  return inTransaction(db, async (connection) => {
    // 1. The lock comes first: from here on nobody else works on this partition.
    const cursor = await lockCursor(connection, persistGroup, partition)
    if (cursor?.nextOffset !== known.next)
      throw new Fenced(`the cursor is at ${cursor?.nextOffset}, not ${known.next}`)
    tools.step?.('locked')

    // 2. What is kept, and its rows.
    const resolved = await resolve(connection, live, tools.cache, tools.now)
    const kept = await dedupe(connection, live, tools.now)
    const { data, rows } = rawRows(live, resolved.sids, kept, tools.rawRetentionMs)
    if (rows > 0) await loadRaw(connection, data, rows)
    await insertDead(connection, partition, entries.filter((one) => !isLive(one)).map(letterOf), tools.now)
    tools.step?.('stored')

    // 3. The cursor moves with them, where it is still ours.
    const moved = await advanceCursor(connection, persistGroup, partition, {
      from: known.next,
      to: last.offset + 1,
      fingerprint: fingerprintOf(last),
      published: known.published,
      publishedReceived: known.publishedReceived,
    })
    invariant(moved, 'the cursor moved under its lock')
    tools.step?.('moved')
    return { resolved, kept }
  })
}

/** A connection whose transaction failed is closed, not reused: its state may be anything, a time-out included. */
async function inTransaction<T>(db: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await db.connection()
  try {
    await connection.begin()
    const result = await work(connection)
    await connection.commit()
    connection.release()
    return result
  } catch (error) {
    connection.destroy()
    throw error
  }
}

function letterOf({ record, dead }: DeadEntry): { offset: number; reason: string } {
  return { offset: record.offset, reason: dead }
}
