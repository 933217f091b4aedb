import type { Line } from './metric-model.ts'

export interface PointRow {
  readonly timeMs: number
  readonly label: string
  readonly value: number
}

/** All points from `fromMs` up to before `untilMs`, newest first. */
export function pointRows(lines: readonly Line[], fromMs: number, untilMs: number): PointRow[] {
  const rows: PointRow[] = []
  for (const { ring, label } of lines) {
    for (let i = ring.from(fromMs); i < ring.size && ring.time(i) < untilMs; i++) {
      rows.push({ timeMs: ring.time(i), label, value: ring.value(i) })
    }
  }
  return rows.sort((a, b) => b.timeMs - a.timeMs || a.label.localeCompare(b.label))
}
