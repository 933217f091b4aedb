interface Sample {
  readonly offset: number
  readonly roundTrip: number
}

/**
 * Estimates the server's clock from its own answers: the middle of the quickest of the last round trips. An event
 * cannot arrive before it was received, so every event also bounds the estimate from below.
 */
export class ServerClock {
  readonly #samples: Sample[] = []
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
    const roundTrip = this.#local() - sentAt
    this.#samples.push({ offset: serverTime - (sentAt + roundTrip / 2), roundTrip })
    if (this.#samples.length > 8) this.#samples.shift()
    this.#offset = this.#samples.reduce((best, s) => (s.roundTrip < best.roundTrip ? s : best)).offset
  }

  /** Something the server stamped `received` has arrived just now. */
  arrived(received: number): void {
    const least = received - this.#local()
    if (least <= this.#offset) return
    this.#offset = least
    if (this.#samples.length > 0) this.#samples[this.#samples.length - 1] = { offset: least, roundTrip: 0 }
  }
}
