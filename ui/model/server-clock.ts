/** How far the server's clock is ahead of this machine's, ms: something between the two. */
export interface ClockBounds {
  readonly least: number
  readonly most: number
}

/** Answers remembered: one every 2 s. */
const remembered = 8

/**
 * Estimates the server's clock. The server's stamp in an answer was made after the request left and before the answer
 * came, and an event cannot arrive before it was received: each narrows the offset from one side or both. The
 * estimate is the middle of what all recent ones leave open, so a single slow round trip does no harm.
 */
export class ServerClock {
  readonly #recent: ClockBounds[] = []
  readonly #local: () => number
  #offset = 0

  /** @param local this machine's clock, epoch ms */
  constructor(local: () => number = () => performance.timeOrigin + performance.now()) {
    this.#local = local
  }

  /** The server's time, epoch ms. */
  now(): number {
    return this.#local() + this.#offset
  }

  /** This machine's time, epoch ms: take it before a request and hand it to `answered`. */
  localNow(): number {
    return this.#local()
  }

  /** The server said it was `serverTime` in an answer to a request sent at `sentAt` (local). */
  answered(serverTime: number, sentAt: number): void {
    this.ahead({ least: serverTime - this.#local(), most: serverTime - sentAt })
  }

  /** The same, held against this machine's clock already: by whoever heard the answer. */
  ahead(bounds: ClockBounds): void {
    this.#recent.push(bounds)
    if (this.#recent.length > remembered) this.#recent.shift()
    this.#estimate()
  }

  /** Something the server stamped `received` has arrived just now. */
  arrived(received: number): void {
    const least = received - this.#local()
    const newest = this.#recent[this.#recent.length - 1]
    if (!newest) this.#offset = Math.max(this.#offset, least)
    else if (least > newest.least) {
      this.#recent[this.#recent.length - 1] = { ...newest, least }
      this.#estimate()
    }
  }

  #estimate(): void {
    const least = Math.max(...this.#recent.map((b) => b.least))
    const most = Math.min(...this.#recent.map((b) => b.most))
    if (least <= most) this.#offset = (least + most) / 2
    else {
      // the bounds contradict each other: a clock has been set, only what came last holds
      const newest = this.#recent[this.#recent.length - 1]
      this.#recent.length = 0
      this.#recent.push({ least: newest.least, most: Math.max(newest.least, newest.most) })
      this.#offset = (newest.least + Math.max(newest.least, newest.most)) / 2
    }
  }
}
