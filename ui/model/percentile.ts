/** The last `capacity` measurements, and what share of them lies below a value. */
export class Recent {
  readonly #values: number[] = []
  readonly #capacity: number

  constructor(capacity = 500) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#values.length
  }

  get values(): readonly number[] {
    return this.#values
  }

  add(value: number): void {
    this.#values.push(value)
    if (this.#values.length > this.#capacity) this.#values.shift()
  }

  /** The smallest measurement that at least `share` (0 … 1) of all do not exceed; NaN without any. */
  percentile(share: number): number {
    if (this.#values.length === 0) return Number.NaN
    const sorted = this.#values.toSorted((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  }
}
