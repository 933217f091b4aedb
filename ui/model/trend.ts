/** The shape of a series over the last minutes: the mean of each of a few slots. */
export class Trend {
  readonly slotMs: number
  readonly #sums: Float64Array
  readonly #counts: Float64Array
  /** Which slot a place holds now. */
  readonly #slots: Float64Array
  /** Slots from here on are filled live. */
  #liveFrom = Number.POSITIVE_INFINITY

  constructor(slotMs: number, slots: number) {
    this.slotMs = slotMs
    this.#sums = new Float64Array(slots)
    this.#counts = new Float64Array(slots)
    this.#slots = new Float64Array(slots).fill(-1)
  }

  /** A live point, or the mean of `count` of one slot. */
  add(timeMs: number, value: number, count = 1): void {
    const slot = Math.floor(timeMs / this.slotMs)
    this.#liveFrom = Math.min(this.#liveFrom, slot)
    this.#put(slot, value, count)
  }

  /** A stored point: what has come live already is not counted again. */
  fill(timeMs: number, value: number): void {
    const slot = Math.floor(timeMs / this.slotMs)
    if (slot < this.#liveFrom) this.#put(slot, value, 1)
  }

  /** Means of the slots up to now, oldest first; NaN where there was no point. */
  read(nowMs: number): number[] {
    const length = this.#slots.length
    const oldest = Math.floor(nowMs / this.slotMs) - length + 1
    return Array.from({ length }, (_, i) => {
      const at = place(oldest + i, length)
      return this.#slots[at] === oldest + i ? this.#sums[at] / this.#counts[at] : Number.NaN
    })
  }

  #put(slot: number, value: number, count: number): void {
    const at = place(slot, this.#slots.length)
    if (slot < this.#slots[at]) return
    if (slot > this.#slots[at]) {
      this.#slots[at] = slot
      this.#sums[at] = 0
      this.#counts[at] = 0
    }
    this.#sums[at] += value * count
    this.#counts[at] += count
  }
}

function place(slot: number, length: number): number {
  return ((slot % length) + length) % length
}
