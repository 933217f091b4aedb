import type { Columns } from './columns.ts'

/** What a line is drawn with; positions are slots and values. */
export interface Pen {
  move(slot: number, value: number): void
  line(slot: number, value: number): void
  /** A point without neighbours: a line of it would be invisible. */
  dot(slot: number, value: number): void
}

/**
 * Walks a series from slot `from` to `to` and lifts the pen over gaps: neighbours more than `maxDistance` slots apart
 * are not connected.
 */
export function trace(columns: Columns, from: number, to: number, maxDistance: number, pen: Pen): void {
  let previous = Number.NEGATIVE_INFINITY
  let connected = true
  for (let slot = from; slot <= to; slot++) {
    if (columns.count(slot) === 0) continue
    const value = columns.mean(slot)
    if (slot - previous <= maxDistance) {
      pen.line(slot, value)
      connected = true
    } else {
      if (!connected) pen.dot(previous, columns.mean(previous))
      pen.move(slot, value)
      connected = false
    }
    previous = slot
  }
  if (!connected) pen.dot(previous, columns.mean(previous))
}
