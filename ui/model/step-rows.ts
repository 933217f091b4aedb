/** What is known of the points of one series in one stored window. */
export interface StepRow {
  /** Start of the window, epoch ms. */
  readonly t: number
  count: number
  sum: number
  min: number
  max: number
}

/** The windows of one series in the order of time. Live points are merged into the window they lie in. */
export class StepRows {
  readonly stepMs: number
  #rows: StepRow[] = []

  constructor(stepMs: number) {
    this.stepMs = stepMs
  }

  get rows(): readonly StepRow[] {
    return this.#rows
  }

  /** Adds `count` points of one window; true when it is a new one. */
  merge(timeMs: number, count: number, sum: number, min: number, max: number): boolean {
    const t = timeMs - (timeMs % this.stepMs)
    const i = this.#rows.findLastIndex((row) => row.t <= t)
    const row = this.#rows[i]
    if (row?.t !== t) {
      this.#rows.splice(i + 1, 0, { t, count, sum, min, max })
      return true
    }
    row.count += count
    row.sum += sum
    row.min = Math.min(row.min, min)
    row.max = Math.max(row.max, max)
    return false
  }

  /** Forgets windows that begin before `timeMs`. */
  dropBefore(timeMs: number): void {
    const first = this.#rows.findIndex((row) => row.t >= timeMs)
    this.#rows = first < 0 ? [] : this.#rows.slice(first)
  }
}
