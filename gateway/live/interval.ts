import { shortestIntervalMs } from '@streamgauge/core/agent-status.ts'

const remembered = 5

/** Learns how often something beats: the median of the last few gaps, so that one outage changes nothing. */
export class Interval {
  #last: number | undefined
  readonly #gaps: number[] = []
  /** Undefined until somebody asks after a beat. */
  #median: number | null | undefined = null

  /** A beat at `time`, epoch ms; beats out of order are ignored. */
  beat(time: number): void {
    if (this.#last !== undefined) {
      if (time <= this.#last) return
      this.#gaps.push(time - this.#last)
      if (this.#gaps.length > remembered) this.#gaps.shift()
      this.#median = undefined
    }
    this.#last = time
  }

  /** Null before two beats, ms. */
  get ms(): number | null {
    if (this.#median === undefined) {
      const sorted = this.#gaps.toSorted((a, b) => a - b)
      this.#median = Math.max(shortestIntervalMs, sorted[sorted.length >> 1])
    }
    return this.#median
  }
}
