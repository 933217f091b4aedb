import type { Bounds } from '@streamgauge/adapters/kafka/types.ts'
import type { Cursor } from '@streamgauge/adapters/mariadb/cursors.ts'
import { Stop } from './stop.ts'

/** Where to begin reading a partition. */
export interface Place {
  readonly start: number
  /** False while the record before `nextOffset` has still to be compared with its fingerprint. */
  readonly verified: boolean
}

/**
 * Holds a cursor against the log: log start ≤ published ≤ next offset ≤ log end. Reading begins at `published`, or
 * one record before the next to persist, which tells whether it is the same log. Throws `Stop`.
 */
export function placeOf(cursor: Cursor, { low, high }: Bounds): Place {
  const { partition, published, nextOffset, fingerprint } = cursor
  if (published < low) throw new Stop('LOG_START', partition, `it begins at ${low}, ${published} is due`)
  if (nextOffset > high) throw new Stop('LOG_END', partition, `it ends at ${high}, ${nextOffset} is due`)
  const last = nextOffset - 1
  // Retention may have removed the record to compare with; nothing that is due is missing then.
  if (fingerprint === null || last < low) return { start: published, verified: true }
  return { start: Math.min(published, last), verified: false }
}
