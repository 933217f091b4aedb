/** A point as it will be sent, and its size in UTF-8. */
export interface Line {
  readonly json: string
  readonly bytes: number
}

/** Points that wait for their request, oldest first, numbered from 0 in the order they came. */
export class Waiting {
  #lines: Line[] = []
  /** Those before it are gone. */
  #begin = 0
  #bytes = 0
  #first = 0

  get count(): number {
    return this.#lines.length - this.#begin
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Number of the oldest, or of the next when there is none. */
  get first(): number {
    return this.#first
  }

  push(line: Line): void {
    this.#lines.push(line)
    this.#bytes += line.bytes
  }

  /** Takes the oldest, as many as fit; one that is too large for any fits alone when `alone` says so. */
  take(maxPoints: number, maxBytes: number, alone = true): Line[] {
    let bytes = 0
    let end = this.#begin
    while (end < this.#lines.length && end - this.#begin < maxPoints) {
      bytes += this.#lines[end].bytes
      if (bytes > maxBytes && !(alone && end === this.#begin)) break
      end++
    }
    return this.#remove(end - this.#begin)
  }

  /** Drops the oldest until the rest is within these limits; how many. */
  shed(maxPoints: number, maxBytes: number): number {
    let over = 0
    let bytes = this.#bytes
    while (this.count - over > maxPoints || bytes > maxBytes) bytes -= this.#lines[this.#begin + over++].bytes
    return this.#remove(over).length
  }

  #remove(count: number): Line[] {
    const taken = this.#lines.slice(this.#begin, this.#begin + count)
    this.#begin += count
    this.#first += count
    for (const { bytes } of taken) this.#bytes -= bytes
    if (this.#begin > this.#lines.length / 2) {
      this.#lines = this.#lines.slice(this.#begin)
      this.#begin = 0
    }
    return taken
  }
}
