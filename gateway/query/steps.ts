/** What is known of the points of one series in one step of time. */
export interface Step {
  /** Start of the step, epoch ms: a multiple of its length. */
  t: number
  count: number
  sum: number
  min: number
  max: number
  first: number
  last: number
}

/** Takes the steps of one series after the other, each in the order of time. */
export type TakeStep = (series: number, step: Step) => void

/** Lengths that people read off an axis, ms; above them whole days. */
const niceMs = [
  1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
]
const dayMs = 86_400_000

/**
 * The length of steps that are at least `least` ms long and whole windows of `windowMs`, so few that a range of
 * `lengthMs` has at most `maxSteps` of them wherever it begins.
 */
export function stepFor(lengthMs: number, maxSteps: number, windowMs: number, least: number): number {
  // A range that begins inside a step touches one more.
  const wanted = Math.max(least, windowMs, lengthMs / (maxSteps - 1))
  const fits = (step: number) => step >= wanted && step % Math.max(1, windowMs) === 0
  return niceMs.find(fits) ?? Math.ceil(wanted / dayMs) * dayMs
}

/**
 * Merges the windows or points of one series after the other, each in the order of time, into steps aligned to the
 * epoch: counts and sums add up, the least and greatest stay. A step without a point is absent.
 */
export class StepMerger {
  readonly #stepMs: number
  readonly #take: TakeStep
  #series = -1
  #step: Step | undefined

  constructor(stepMs: number, take: TakeStep) {
    this.#stepMs = stepMs
    this.#take = take
  }

  add(series: number, from: Step): void {
    const t = from.t - (from.t % this.#stepMs)
    const step = this.#step
    if (series !== this.#series || step?.t !== t) {
      this.end()
      this.#series = series
      this.#step = { ...from, t }
      return
    }
    step.count += from.count
    step.sum += from.sum
    step.min = Math.min(step.min, from.min)
    step.max = Math.max(step.max, from.max)
    step.last = from.last
  }

  /** No more windows: the last step is complete too. */
  end(): void {
    if (this.#step) this.#take(this.#series, this.#step)
    this.#step = undefined
  }
}

/** A single point as the step that holds only it. */
export function stepOf(t: number, x: number): Step {
  return { t, count: 1, sum: x, min: x, max: x, first: x, last: x }
}

/** Steps in columns, `s` as an index into the series asked for; `x` is the mean. */
export interface StepColumns {
  readonly s: number[]
  readonly t: number[]
  readonly x: number[]
  readonly count: number[]
  readonly sum: number[]
  readonly min: number[]
  readonly max: number[]
  readonly first: number[]
  readonly last: number[]
}

/** Puts every step it takes behind the others. */
export function collectSteps(): { readonly columns: StepColumns; readonly take: TakeStep } {
  const columns: StepColumns = {
    s: [],
    t: [],
    x: [],
    count: [],
    sum: [],
    min: [],
    max: [],
    first: [],
    last: [],
  }
  return {
    columns,
    take(series, step) {
      columns.s.push(series)
      columns.t.push(step.t)
      columns.x.push(step.sum / step.count)
      columns.count.push(step.count)
      columns.sum.push(step.sum)
      columns.min.push(step.min)
      columns.max.push(step.max)
      columns.first.push(step.first)
      columns.last.push(step.last)
    },
  }
}
