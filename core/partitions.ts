import { dedupeBucketMs } from './dedupe.ts'
import { limits } from './limits.ts'

const hour = 3_600_000
const day = 24 * hour
/** Partitions are made so far ahead that the job may be away for a weekend's night and day. */
const aheadMs = 48 * hour
/** The job runs every ten minutes: with less than this ahead it has failed for half a day. */
const leastAheadMs = 36 * hour
/** As late a partition may be dropped before it is worth telling. */
const dropLateMs = 12 * hour
/** `received` is not monotone in the log: what may still come can be a little older than what came last. */
const slackMs = hour

/**
 * The longest retentions of tables with a partition an hour or a day, ms. MariaDB has 8,192 partitions a table at most,
 * those ahead and those that are dropped late included.
 */
export const longestRetentionMs = { hourly: 330 * day, daily: 8_000 * day }

/** A RANGE partition: holds values below `lessThan` and not below that of the one before it. */
export interface Partition {
  readonly name: string
  readonly lessThan: number
}

/** A table that is cut into partitions of equal length of time. */
export interface PartitionedTable {
  readonly table: string
  /** Length of a partition, ms. */
  readonly stepMs: number
  /** What the partitioning column counts in, ms: 1 for `ts`, a bucket for `dedupe`. */
  readonly unitMs: number
  readonly keepMs: number
}

/** How long points and windows are kept, ms. */
export interface Retentions {
  readonly rawRetentionMs: number
  readonly rollup1mRetentionMs: number
  readonly rollup5mRetentionMs: number
}

export function partitionedTables(keep: Retentions): readonly PartitionedTable[] {
  return [
    { table: 'metrics_raw', stepMs: hour, unitMs: 1, keepMs: keep.rawRetentionMs },
    { table: 'metrics_1m', stepMs: day, unitMs: 1, keepMs: keep.rollup1mRetentionMs },
    { table: 'metrics_5m', stepMs: day, unitMs: 1, keepMs: keep.rollup5mRetentionMs },
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

/** Hours from the start of the oldest partition to now; 0 where there is none. */
export function oldestHours(table: PartitionedTable, existing: readonly Partition[], now: number): number {
  const oldest = existing.find(({ lessThan }) => lessThan > 0)
  return oldest ? (now - (oldest.lessThan * table.unitMs - table.stepMs)) / hour : 0
}

/**
 * What a person should know of a table long before anything is refused or a disk is full: null when the job keeps it
 * up. A table that nobody has made partitions for has just been created.
 */
export function partitionFlaw(
  table: PartitionedTable,
  existing: readonly Partition[],
  now: number,
): string | null {
  if (!existing.some(({ lessThan }) => lessThan > 0)) return null
  const ahead = hoursAhead(table, existing, now)
  if (ahead < leastAheadMs / hour)
    return `${table.table} has partitions for ${Math.max(0, Math.floor(ahead))} h only: the job that makes them fails`
  const oldest = oldestHours(table, existing, now)
  const most = (table.keepMs + slackMs + table.stepMs + dropLateMs) / hour
  if (oldest > most)
    return `${table.table} holds ${Math.floor(oldest)} h: the job that drops old partitions fails`
  return null
}

/** After the first hour in it: p2026013123. */
function nameOf(start: number): string {
  return `p${new Date(start).toISOString().replaceAll(/[-T]/g, '').slice(0, 10)}`
}
