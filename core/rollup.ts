/** Windows that points are rolled up into: the names of their tables and their lengths, ms. */
export const windowLengths = { '1m': 60_000, '5m': 300_000 } as const
export type WindowLength = keyof typeof windowLengths

/**
 * What is known of the points of one series in one window. Points are added in the order of the log, and a series
 * lives in one partition of it, so of points with the same `ts` the earlier position came first: `first` and `last`
 * are those of `ORDER BY ts, position`, without a position being kept.
 */
export interface Rollup {
  count: number
  sum: number
  min: number
  max: number
  /** Value with the least `ts`; of several the one with the least position. */
  first: number
  /** Epoch ms. */
  firstTs: number
  /** Value with the greatest `ts`; of several the one with the greatest position. */
  last: number
  lastTs: number
}

/** The start of the window that a time lies in, epoch ms. */
export function windowStart(ts: number, lengthMs: number): number {
  return ts - (ts % lengthMs)
}

/** The rollup of one point. */
export function rollupOf(ts: number, value: number): Rollup {
  return { count: 1, sum: value, min: value, max: value, first: value, firstTs: ts, last: value, lastTs: ts }
}

/** Adds a point that comes after all those in `rollup` in the order of the log. */
export function addPoint(rollup: Rollup, ts: number, value: number): void {
  rollup.count++
  rollup.sum = bounded(rollup.sum + value)
  if (value < rollup.min) rollup.min = value
  if (value > rollup.max) rollup.max = value
  if (ts < rollup.firstTs) {
    rollup.first = value
    rollup.firstTs = ts
  }
  if (ts >= rollup.lastTs) {
    rollup.last = value
    rollup.lastTs = ts
  }
}

/** Puts `before` ahead of what is in `rollup`: all of its points come earlier in the order of the log. */
export function addBefore(rollup: Rollup, before: Rollup): void {
  rollup.count += before.count
  rollup.sum = bounded(before.sum + rollup.sum)
  rollup.min = Math.min(rollup.min, before.min)
  rollup.max = Math.max(rollup.max, before.max)
  if (before.firstTs <= rollup.firstTs) {
    rollup.first = before.first
    rollup.firstTs = before.firstTs
  }
  if (before.lastTs > rollup.lastTs) {
    rollup.last = before.last
    rollup.lastTs = before.lastTs
  }
}

/** Values are finite, their sum may not be, and a table can't hold that: it stays at the greatest number there is. */
function bounded(sum: number): number {
  return Number.isFinite(sum) ? sum : Math.sign(sum) * Number.MAX_VALUE
}
