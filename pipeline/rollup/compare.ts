import type { AuditView } from '@streamgauge/adapters/mariadb/audit.ts'
import type { WindowRow } from '@streamgauge/adapters/mariadb/rollup.ts'
import { pointsPerOffset } from '@streamgauge/core/position.ts'
import { type WindowLength, windowLengths, windowStart } from '@streamgauge/core/rollup.ts'

export interface Comparison {
  readonly windows: number
  readonly mismatches: readonly string[]
}

/** Sums are added up in another order here: so much of the sum of magnitudes they may differ. */
const mostOff = 1e-9

/**
 * Recomputes windows from points in the order of time and position, as far as rollup had come, and holds the rows
 * against them. Undefined when there are points that were before its time: it can't know those.
 */
export function compare({ points, windows, nextSrc, since }: AuditView): Comparison | undefined {
  if (points.some(({ position }) => position < since * pointsPerOffset)) return undefined
  const due = points.filter(({ position }) => position < nextSrc * pointsPerOffset)
  const mismatches: string[] = []
  let count = 0
  for (const length of Object.keys(windowLengths) as WindowLength[]) {
    const rows = new Map(windows[length].map((row) => [row.start, row]))
    const groups = Map.groupBy(due, ({ ts }) => windowStart(ts, windowLengths[length]))
    for (const start of new Set([...rows.keys(), ...groups.keys()])) {
      count++
      const flaw = flawOf(groups.get(start) ?? [], rows.get(start))
      if (flaw) mismatches.push(`the window of ${length} at ${start} ${flaw}`)
    }
  }
  return { windows: count, mismatches }
}

function flawOf(points: AuditView['points'], row: WindowRow | undefined): string | undefined {
  if (!row) return `is missing and has ${points.length} points`
  if (points.length !== row.count) return `counts ${row.count} and has ${points.length} points`
  const [first] = points
  const last = points[points.length - 1]
  let [sum, magnitude, min, max] = [0, 0, first.value, first.value]
  for (const { value } of points) {
    sum += value
    magnitude += Math.abs(value)
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  const wanted = { min, max, first: first.value, firstTs: first.ts, last: last.value, lastTs: last.ts }
  for (const [name, value] of Object.entries(wanted)) {
    const is = row[name as keyof typeof wanted]
    if (is !== value) return `has ${name} ${is} instead of ${value}`
  }
  // Where numbers are so great that no sum of them is one, it stays at the greatest.
  if (Number.isFinite(magnitude) && Math.abs(row.sum - sum) > mostOff * magnitude)
    return `has sum ${row.sum} instead of ${sum}`
  return undefined
}
