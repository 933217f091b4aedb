import { type WindowName, windowsMs } from './grid.ts'

/** A stretch of time that stands, epoch ms; `to` is not included. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** What a chart shows: the last stretch of time, which moves, or one that stands. */
export type Span = { readonly windowMs: number; readonly range?: undefined } | { readonly range: Range }

export function spanOf(window: WindowName, range: Range | undefined): Span {
  return range ? { range } : { windowMs: windowsMs[window] }
}

/** Length of what is shown, ms. */
export function lengthOf(span: Span): number {
  return span.range ? span.range.to - span.range.from : span.windowMs
}

/** Points themselves are read up to here, windows of a minute or five above, ms. */
export const rawMostMs = 3_600_000

/** The shortest range to look at, ms: eight of the finest slots. */
const leastMs = 2_000

/** A range around `at` that is `factor` times as long and ends no later than `nowMs`; `at` keeps its place in it. */
export function zoomed({ from, to }: Range, factor: number, at: number, nowMs: number): Range {
  const length = Math.max(leastMs, (to - from) * factor)
  const share = (at - from) / (to - from)
  return endingBy({ from: at - length * share, to: at + length * (1 - share) }, nowMs)
}

/** The range moved by a share of its length, no later than to `nowMs`. */
export function moved({ from, to }: Range, share: number, nowMs: number): Range {
  const by = (to - from) * share
  return endingBy({ from: from + by, to: to + by }, nowMs)
}

/** A range of whole milliseconds that is not too short. */
export function ranged(a: number, b: number): Range {
  const from = Math.floor(Math.min(a, b))
  return { from, to: Math.max(Math.ceil(Math.max(a, b)), from + leastMs) }
}

function endingBy({ from, to }: Range, nowMs: number): Range {
  const late = Math.max(0, to - nowMs)
  return ranged(from - late, to - late)
}
