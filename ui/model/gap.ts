/** A line is interrupted where two neighbours lie further apart than this, ms: two slots or two of its own intervals. */
export function gapMs(stepMs: number, intervalMs: number): number {
  return Math.max(2 * stepMs, 2 * intervalMs)
}

/** The usual distance of a series' points: the lower median of its last distances, so an outage doesn't count. */
export class Interval {
  readonly #distances: number[] = []
  #last = Number.NEGATIVE_INFINITY
  #median = 0

  /** Median distance, ms; 0 until there are two points. */
  get ms(): number {
    return this.#median
  }

  add(timeMs: number): void {
    const distance = timeMs - this.#last
    if (distance <= 0) return
    this.#last = timeMs
    if (distance === Number.POSITIVE_INFINITY) return
    this.#distances.push(distance)
    if (this.#distances.length > 15) this.#distances.shift()
    const sorted = this.#distances.toSorted((a, b) => a - b)
    this.#median = sorted[(sorted.length - 1) >> 1]
  }
}
