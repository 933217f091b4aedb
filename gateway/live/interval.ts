const remembered = 5
/** Shorter intervals are read as this: the pipeline's own jitter must not make an agent look late. */
export const shortestMs = 1_000

/** Learns how often something beats: the median of the last few gaps, so that one outage changes nothing. */
export class Interval {
  #last: number | undefined
  readonly #gaps: number[] = []

  /** A beat at `time`, epoch ms; beats out of order are ignored. */
  beat(time: number): void {
    if (this.#last !== undefined) {
      if (time <= this.#last) return
      this.#gaps.push(time - this.#last)
      if (this.#gaps.length > remembered) this.#gaps.shift()
    }
    this.#last = time
  }

  /** Null before two beats, ms. */
  get ms(): number | null {
    if (this.#gaps.length === 0) return null
    const sorted = this.#gaps.toSorted((a, b) => a - b)
    return Math.max(shortestMs, sorted[sorted.length >> 1])
  }
}
