import { Columns } from './columns.ts'
import { gapMs } from './gap.ts'
import type { Line, MetricModel } from './metric-model.ts'

/** A metric laid out on a grid of slots: what a chart of it draws. */
export class GridView {
  readonly stepMs: number
  /** Slots that the window shows. */
  readonly slots: number
  readonly #model: MetricModel
  readonly #columns = new Map<Line, Columns>()

  constructor(model: MetricModel, stepMs: number, slots: number) {
    this.#model = model
    this.stepMs = stepMs
    this.slots = slots
    this.rebuild()
  }

  /** Reads everything in the model anew. */
  rebuild(): void {
    this.#columns.clear()
    for (const line of this.#model.lines) {
      const columns = this.columns(line)
      for (let i = 0; i < line.ring.size; i++) columns.add(line.ring.time(i), line.ring.value(i))
      for (const { t, count, sum, min, max } of line.steps?.rows ?? []) columns.merge(t, count, sum, min, max)
    }
  }

  columns(line: Line): Columns {
    let columns = this.#columns.get(line)
    if (!columns) {
      // room for points ahead of the clock, which wait for their time
      columns = new Columns(this.stepMs, this.slots + Math.ceil(660_000 / this.stepMs))
      this.#columns.set(line, columns)
    }
    return columns
  }

  /** Slots that two neighbours of this line may be apart and still be connected. */
  maxDistance(line: Line): number {
    return gapMs(this.stepMs, line.interval.ms) / this.stepMs
  }

  /** Least and greatest value of the shown lines from slot `from` to `to`. */
  extent(from: number, to: number, shown: (line: Line) => boolean): { min: number; max: number } {
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (const line of this.#model.lines) {
      if (!shown(line)) continue
      const columns = this.columns(line)
      for (let slot = from; slot <= to; slot++) {
        if (columns.count(slot) === 0) continue
        min = Math.min(min, columns.min(slot))
        max = Math.max(max, columns.max(slot))
      }
    }
    return { min, max }
  }
}
