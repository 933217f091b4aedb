import { slotOf } from './grid.ts'

/**
 * One series on the grid: count, sum, least and greatest value of every slot, in arrays addressed by slot modulo
 * capacity. A cell holds the slot it was written for, so advancing the grid costs nothing.
 */
export class Columns {
  readonly stepMs: number
  readonly #capacity: number
  readonly #slot: Float64Array
  readonly #count: Uint32Array
  readonly #sum: Float64Array
  readonly #min: Float64Array
  readonly #max: Float64Array

  /** @param slots how many neighbouring slots must be readable at once */
  constructor(stepMs: number, slots: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, slots)))
    this.stepMs = stepMs
    this.#capacity = capacity
    this.#slot = new Float64Array(capacity).fill(-1)
    this.#count = new Uint32Array(capacity)
    this.#sum = new Float64Array(capacity)
    this.#min = new Float64Array(capacity)
    this.#max = new Float64Array(capacity)
  }

  add(timeMs: number, value: number): void {
    this.merge(timeMs, 1, value, value, value)
  }

  /** Adds `count` points that lie in one slot. */
  merge(timeMs: number, count: number, sum: number, min: number, max: number): void {
    const slot = slotOf(timeMs, this.stepMs)
    const i = slot % this.#capacity
    const held = this.#slot[i]
    // a point older than what the cell holds lies outside the window
    if (held > slot) return
    if (held !== slot) {
      this.#slot[i] = slot
      this.#count[i] = 0
      this.#sum[i] = 0
      this.#min[i] = Number.POSITIVE_INFINITY
      this.#max[i] = Number.NEGATIVE_INFINITY
    }
    this.#count[i] += count
    this.#sum[i] += sum
    if (min < this.#min[i]) this.#min[i] = min
    if (max > this.#max[i]) this.#max[i] = max
  }

  /** Points in the slot. */
  count(slot: number): number {
    const i = slot % this.#capacity
    return this.#slot[i] === slot ? this.#count[i] : 0
  }

  /** Mean of the slot, kept within its least and greatest value; NaN when it has no point. */
  mean(slot: number): number {
    const n = this.count(slot)
    if (n === 0) return Number.NaN
    const i = slot % this.#capacity
    // the sum of huge values overflows where their mean would not
    const mean = this.#sum[i] / n
    return Math.min(this.#max[i], Math.max(this.#min[i], mean))
  }

  min(slot: number): number {
    return this.count(slot) > 0 ? this.#min[slot % this.#capacity] : Number.NaN
  }

  max(slot: number): number {
    return this.count(slot) > 0 ? this.#max[slot % this.#capacity] : Number.NaN
  }
}
