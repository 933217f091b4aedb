import type { Line } from './metric-model.ts'

/** One point, or one window of `count` points with their mean. */
export interface PointRow {
  readonly timeMs: number
  readonly label: string
  readonly value: number
  readonly count: number
  readonly min: number
  readonly max: number
}

/** All points or windows from `fromMs` up to before `untilMs`, newest first. */
export function pointRows(lines: readonly Line[], fromMs: number, untilMs: number): PointRow[] {
  const rows: PointRow[] = []
  for (const { ring, steps, label } of lines) {
    for (let i = ring.from(fromMs); i < ring.size && ring.time(i) < untilMs; i++) {
      const value = ring.value(i)
      rows.push({ timeMs: ring.time(i), label, value, count: 1, min: value, max: value })
    }
    for (const { t, count, sum, min, max } of steps?.rows ?? []) {
      if (t >= fromMs && t < untilMs) rows.push({ timeMs: t, label, value: sum / count, count, min, max })
    }
  }
  return rows.sort((a, b) => b.timeMs - a.timeMs || a.label.localeCompare(b.label))
}
