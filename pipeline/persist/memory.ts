import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Cursor } from '@streamgauge/adapters/mariadb/cursors.ts'
import type { Place } from './place.ts'

/** What this process believes of a partition that it owns. Dropped and read anew whenever it may be wrong. */
export interface Memory {
  readonly partition: number
  /** The next offset to persist: compared with the cursor row in every transaction. */
  next: number
  /** Every offset below is known to be in `metrics.persisted`. */
  published: number
  /** `received` of the last published record, epoch ms. */
  publishedReceived: number
  /** What the cursor row says of `published`. */
  savedPublished: number
  /** The next offset to read: behind `next` while records are published again. */
  reading: number
  /** Of the record at `next - 1` when the cursor was read; compared before anything is persisted. */
  readonly fingerprint: Buffer | null
  verified: boolean
  /** Persisted records that wait for that comparison before they are published again. */
  readonly held: LogRecord[]
  /** Offsets whose dead letter has been sent. */
  readonly lettered: Set<number>
  /** The one publication under way; the next run is written meanwhile. */
  publishing: Promise<void>
  /** When the last run ended, epoch ms. */
  lastRun: number
}

export function newMemory(cursor: Cursor, place: Place): Memory {
  return {
    partition: cursor.partition,
    next: cursor.nextOffset,
    published: cursor.published,
    publishedReceived: cursor.publishedReceived,
    savedPublished: cursor.published,
    reading: place.start,
    fingerprint: cursor.fingerprint,
    verified: place.verified,
    held: [],
    lettered: new Set(),
    publishing: Promise.resolve(),
    lastRun: 0,
  }
}
