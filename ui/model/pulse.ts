import { Recent } from './percentile.ts'

/** Measures how long points take from the server to the screen. Times are epoch ms on the server's clock. */
export class Pulse {
  /** When the server took the newest of what has arrived. */
  lastReceived = Number.NEGATIVE_INFINITY
  readonly #lags = new Recent(9)
  /** When it took the oldest that is not on the screen. */
  #waiting: number | undefined

  /** Points that the server took at `received` have come. What nobody can see (`seen`) is not drawn and has no lag. */
  arrived(received: number, seen: boolean): void {
    this.lastReceived = Math.max(this.lastReceived, received)
    if (seen) this.#waiting = Math.min(this.#waiting ?? received, received)
  }

  /** The screen holds everything that has come: how long the oldest of it took, ms; undefined when nothing was new. */
  painted(now: number): number | undefined {
    if (this.#waiting === undefined) return undefined
    const lag = Math.max(0, now - this.#waiting)
    this.#waiting = undefined
    this.#lags.add(lag)
    return lag
  }

  /** What has come is not drawn after all. */
  forget(): void {
    this.#waiting = undefined
  }

  /** The median of the last few, ms; NaN before the first. */
  get lagMs(): number {
    return this.#lags.percentile(0.5)
  }
}
