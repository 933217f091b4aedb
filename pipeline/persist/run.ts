import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch } from '@streamgauge/core/batch.ts'

/** A record of a run, read: either a batch of a known tenant, or dead with the reason. */
export type Entry = LiveEntry | DeadEntry

export interface LiveEntry {
  readonly record: LogRecord
  readonly batch: Batch
  readonly tenantId: number
  readonly dead: null
}

export interface DeadEntry {
  readonly record: LogRecord
  readonly dead: string
}

/** Which points of a batch are kept: a mask with one byte a point, 1 for kept. */
export type Kept = 'all' | 'none' | Uint8Array

export function isLive(entry: Entry): entry is LiveEntry {
  return entry.dead === null
}

export function keptCount(kept: Kept, points: number): number {
  if (kept === 'all') return points
  if (kept === 'none') return 0
  let count = 0
  for (const one of kept) count += one
  return count
}
