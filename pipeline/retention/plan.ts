import type { Partition } from '@streamgauge/adapters/mariadb/partitions.ts'
import { dedupeBucketMs } from '@streamgauge/core/dedupe.ts'
import { limits } from '@streamgauge/core/limits.ts'

const hour = 3_600_000
/** Partitions are made so far ahead that the job may be away for a weekend's night and day. */
const aheadMs = 48 * hour
/** `received` is not monotone in the log: what may still come can be a little older than what came last. */
const slackMs = hour

/** A table that is cut into partitions of equal length of time. */
export interface PartitionedTable {
  readonly table: string
  /** Length of a partition, ms. */
  readonly stepMs: number
  /** What the partitioning column counts in, ms: 1 for `ts`, a bucket for `dedupe`. */
  readonly unitMs: number
  readonly keepMs: number
}

export function partitionedTables(rawRetentionMs: number): readonly PartitionedTable[] {
  return [
    { table: 'metrics_raw', stepMs: hour, unitMs: 1, keepMs: rawRetentionMs },
    { table: 'dedupe', stepMs: dedupeBucketMs, unitMs: dedupeBucketMs, keepMs: limits.dedupeMs },
  ]
}

/**
 * The partitions that are missing: from the highest one there is, or on a new table from what is kept, up to 48 h
 * ahead. Only the top can be extended; what lies below the lowest partition goes into it.
 */
export function missingPartitions(
  table: PartitionedTable,
  existing: readonly Partition[],
  now: number,
): Partition[] {
  const { stepMs, unitMs, keepMs } = table
  const highest = (existing.at(-1)?.lessThan ?? 0) * unitMs
  const first = Math.max(highest, Math.floor((now - keepMs) / stepMs) * stepMs)
  const missing: Partition[] = []
  for (let start = first; start < now + aheadMs; start += stepMs) {
    missing.push({ name: nameOf(start), lessThan: (start + stepMs) / unitMs })
  }
  return missing
}

/**
 * The partitions that nobody needs any more: all of it is older than what is kept, counted from `needed`, the
 * `received` of the oldest record that may still have to be persisted or published (now, when none is due).
 */
export function expiredPartitions(
  table: PartitionedTable,
  existing: readonly Partition[],
  needed: number,
): string[] {
  const { unitMs, keepMs } = table
  const oldest = needed - keepMs - slackMs
  return existing
    .filter(({ lessThan }) => lessThan > 0 && lessThan * unitMs <= oldest)
    .map(({ name }) => name)
}

/** Hours from now to the end of the highest partition. */
export function hoursAhead(table: PartitionedTable, existing: readonly Partition[], now: number): number {
  return ((existing.at(-1)?.lessThan ?? 0) * table.unitMs - now) / hour
}

/** After the first hour in it: p2026013123. */
function nameOf(start: number): string {
  return `p${new Date(start).toISOString().replaceAll(/[-T]/g, '').slice(0, 10)}`
}
