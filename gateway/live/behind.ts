import { within } from '@streamgauge/adapters/deadline.ts'
import type { Bounds } from '@streamgauge/adapters/kafka/types.ts'

export interface BehindOptions {
  /** The ends of `metrics.ingest`. */
  readonly bounds: () => Promise<Bounds[]>
  /** `src` of the last record this process has seen of a partition. */
  readonly head: (partition: number) => number | undefined
  readonly now?: () => number
}

/** Records accepted but not seen here yet, and for how long at least, ms. */
export interface Backlog {
  readonly records: number
  readonly ms: number
  /** Everything accepted until then has been seen here, epoch ms. */
  readonly seenUntil: number
}

const pollMs = 500
const deadlineMs = 1_000

/** Compares the end of `metrics.ingest` with what has come through; asks the log twice a second, while asked itself. */
export class Behind {
  readonly #o: BehindOptions
  readonly #now: () => number
  /** Ends that were not reached when they were read, oldest first, by partition. */
  readonly #ends = new Map<number, { high: number; at: number }[]>()
  readonly #seenUntil = new Map<number, number>()
  #polledAt = Number.NEGATIVE_INFINITY
  #poll: Promise<void> = Promise.resolve()

  constructor(options: BehindOptions) {
    this.#o = options
    this.#now = options.now ?? Date.now
  }

  async of(partition: number): Promise<Backlog> {
    if (this.#now() - this.#polledAt >= pollMs) {
      this.#polledAt = this.#now()
      this.#poll = this.#read()
    }
    await this.#poll
    const head = this.#o.head(partition)
    const ends = this.#ends.get(partition)
    if (head === undefined || !ends) return { records: 0, ms: 0, seenUntil: Number.NEGATIVE_INFINITY }
    for (let end = ends[0]; end && end.high - 1 <= head; end = ends[0]) {
      this.#seenUntil.set(partition, end.at)
      ends.shift()
    }
    const seenUntil = this.#seenUntil.get(partition) ?? Number.NEGATIVE_INFINITY
    const newest = ends.at(-1)
    if (!newest) return { records: 0, ms: 0, seenUntil }
    return { records: newest.high - 1 - head, ms: Math.max(1, this.#now() - ends[0].at), seenUntil }
  }

  async #read(): Promise<void> {
    const at = this.#now()
    try {
      for (const { partition, high } of await within(
        this.#o.bounds(),
        deadlineMs,
        'the log did not answer',
      )) {
        const ends = this.#ends.get(partition) ?? []
        this.#ends.set(partition, ends)
        if (ends.at(-1)?.high !== high) ends.push({ high, at })
        // The first tells since when, the last how many: those between tell a little more and may go.
        if (ends.length > 60) ends.splice(1, 1)
      }
    } catch {
      // While the log is away its last known ends stay true: nothing is being accepted.
    }
  }
}
