import { unitOf } from './format.ts'
import { valueRange } from './value-range.ts'

/** The box that paths are laid out in; what shows them stretches it. */
export const trendBox = { width: 120, height: 26 } as const
/** Neighbours further apart than this are not connected, slots: one lost value is no gap. */
const maxDistance = 3
/** Kept free around the line, for its width and the dot at its end. */
const room = 3

/** SVG path data: the line, and the dot on its newest value; a line that has ended has none. */
export interface TrendPath {
  readonly line: string
  readonly dot: string
}

/** Lays out the means of slots, oldest first, NaN where there was no point. The scale is that of the metric's chart. */
export function trendPath(values: readonly number[], metric: string): TrendPath {
  const known = values.filter((value) => !Number.isNaN(value))
  const { min, max } = valueRange(Math.min(...known), Math.max(...known), unitOf(metric))
  const x = (i: number) => ((i / (values.length - 1)) * (trendBox.width - room)).toFixed(1)
  const y = (value: number) =>
    (room + (1 - (value - min) / (max - min || 1)) * (trendBox.height - 2 * room)).toFixed(1)
  let line = ''
  let last = Number.NEGATIVE_INFINITY
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    line += `${i - last > maxDistance ? 'M' : 'L'}${x(i)} ${y(value)}`
    last = i
  }
  const ended = values.length - 1 - last >= maxDistance
  return { line, dot: ended ? '' : `M${x(last)} ${y(values[last])}h0` }
}
