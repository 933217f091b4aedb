import type { Entry } from './entry.ts'

/** The last minute of one tenant: entries in the order of `src`, oldest first. */
export class TenantRing {
  /** The highest `src` that was given up: a reader at or above it misses nothing. */
  floor: number
  /** Bytes held now. */
  bytes = 0
  /** When the last entry came, epoch ms. */
  touchedAt: number
  #entries: (Entry | undefined)[] = []
  #first = 0
  /** Bytes of everything ever added, after each entry: tells how many bytes lie behind a place. */
  #ends: number[] = []
  #added = 0

  constructor(floor: number, now: number) {
    this.floor = floor
    this.touchedAt = now
  }

  get oldest(): Entry | undefined {
    return this.#entries[this.#first]
  }

  add(entry: Entry): void {
    this.#added += entry.frame.length
    this.bytes += entry.frame.length
    this.#entries.push(entry)
    this.#ends.push(this.#added)
    this.touchedAt = entry.at
  }

  /** Gives up the oldest entry and returns its bytes. */
  dropOldest(): number {
    const entry = this.#entries[this.#first]
    if (!entry) return 0
    this.#first++
    this.floor = entry.src
    this.bytes -= entry.frame.length
    // Dropped slots are reclaimed in runs, so that dropping costs O(1) on average.
    if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#ends = this.#ends.slice(this.#first)
      this.#first = 0
    } else {
      this.#entries[this.#first - 1] = undefined
    }
    return entry.frame.length
  }

  /** Entries above `src` in order. */
  *after(src: number): Generator<Entry> {
    for (let i = this.#indexAfter(src); i < this.#entries.length; i++) {
      const entry = this.#entries[i]
      if (entry) yield entry
    }
  }

  /** Bytes of the entries above `src`. */
  bytesAfter(src: number): number {
    const i = this.#indexAfter(src)
    const first = this.#entries[i]
    return first ? this.#added - this.#ends[i] + first.frame.length : 0
  }

  #indexAfter(src: number): number {
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.src ?? -1) <= src) low = middle + 1
      else high = middle
    }
    return low
  }
}
