/**
 * Raw points of one series in time order, in typed arrays that are reused. The newest `capacity` points are kept.
 * Points normally come in order; a late one is moved into its place.
 */
export class PointRing {
  #t: Float64Array
  #x: Float64Array
  #start = 0
  #size = 0
  readonly #capacity: number

  constructor(capacity = 40_000) {
    this.#capacity = capacity
    const first = Math.min(capacity, 256)
    this.#t = new Float64Array(first)
    this.#x = new Float64Array(first)
  }

  get size(): number {
    return this.#size
  }

  /** Event time of point i, ms; 0 is the oldest. */
  time(i: number): number {
    return this.#t[this.#at(i)]
  }

  value(i: number): number {
    return this.#x[this.#at(i)]
  }

  add(timeMs: number, value: number): void {
    if (this.#size === this.#t.length) {
      if (this.#t.length < this.#capacity) this.#grow()
      else this.#dropFirst(1)
    }
    let i = this.#size++
    // equal times keep their order of arrival: two events in one millisecond are two points
    for (; i > 0 && this.time(i - 1) > timeMs; i--) this.#set(i, this.time(i - 1), this.value(i - 1))
    this.#set(i, timeMs, value)
  }

  /** Index of the first point at or after `timeMs`; `size` when there is none. */
  from(timeMs: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.time(middle) < timeMs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Forgets points before `timeMs`. */
  dropBefore(timeMs: number): void {
    this.#dropFirst(this.from(timeMs))
  }

  /** Forgets points at or after `timeMs`. */
  dropFrom(timeMs: number): void {
    this.#size = this.from(timeMs)
  }

  #at(i: number): number {
    const at = this.#start + i
    return at < this.#t.length ? at : at - this.#t.length
  }

  #set(i: number, timeMs: number, value: number): void {
    const at = this.#at(i)
    this.#t[at] = timeMs
    this.#x[at] = value
  }

  #dropFirst(count: number): void {
    this.#start = this.#at(count)
    this.#size -= count
  }

  #grow(): void {
    const length = Math.min(this.#capacity, this.#t.length * 2)
    const t = new Float64Array(length)
    const x = new Float64Array(length)
    for (let i = 0; i < this.#size; i++) {
      t[i] = this.time(i)
      x[i] = this.value(i)
    }
    this.#t = t
    this.#x = x
    this.#start = 0
  }
}
