import type { Line, MetricModel, ModelListener } from './metric-model.ts'
import { Trend } from './trend.ts'

/** How the values of several series become one. */
export const statKinds = ['mean', 'sum', 'least', 'greatest'] as const
export type StatKind = (typeof statKinds)[number]

/** Slots of the trend, and the time of one, ms: five minutes. */
const slots = 60
const slotMs = 5000
/** What the model has to hold, ms. */
export const statWindowMs = slots * slotMs

export interface StatReading {
  /** NaN where there is no series. */
  readonly value: number
  /** Series that it is made of. */
  readonly of: number
  /** Of the last five minutes, oldest first; NaN where there was no point. */
  readonly trend: readonly number[]
}

/** One number for a metric: what its series said last, and its last minutes. */
export class Stat implements ModelListener {
  readonly #model: MetricModel
  readonly #kind: StatKind
  readonly #trends = new Map<Line, Trend>()

  constructor(model: MetricModel, kind: StatKind) {
    this.#model = model
    this.#kind = kind
  }

  point(line: Line, timeMs: number, value: number): void {
    this.#trendOf(line).add(timeMs, value)
  }

  reset(): void {
    this.#trends.clear()
    for (const line of this.#model.lines) {
      const trend = this.#trendOf(line)
      for (let i = 0; i < line.ring.size; i++) trend.add(line.ring.time(i), line.ring.value(i))
      for (const { t, count, sum } of line.steps?.rows ?? []) trend.add(t, sum / count, count)
    }
  }

  lines(): void {}

  /** What it reads at a time, epoch ms: series that have been silent for longer than the window do not count. */
  read(nowMs: number): StatReading {
    const spoken = this.#model.lines.flatMap(({ newest }) => newest ?? [])
    const recent = spoken.filter(({ t }) => t >= nowMs - statWindowMs)
    const values = (recent.length > 0 ? recent : spoken).map(({ x }) => x)
    const trends = this.#model.lines.map((line) => this.#trendOf(line).read(nowMs))
    const trend = Array.from({ length: slots }, (_, slot) =>
      combine(
        trends.map((values) => values[slot]).filter((value) => !Number.isNaN(value)),
        this.#kind,
      ),
    )
    return { value: combine(values, this.#kind), of: values.length, trend }
  }

  #trendOf(line: Line): Trend {
    let trend = this.#trends.get(line)
    if (!trend) {
      trend = new Trend(slotMs, slots)
      this.#trends.set(line, trend)
    }
    return trend
  }
}

function combine(values: readonly number[], kind: StatKind): number {
  if (values.length === 0) return Number.NaN
  if (kind === 'least') return Math.min(...values)
  if (kind === 'greatest') return Math.max(...values)
  const sum = values.reduce((all, value) => all + value, 0)
  return kind === 'sum' ? sum : sum / values.length
}
