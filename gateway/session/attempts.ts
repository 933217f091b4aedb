const windowMs = 60_000
const allowed = 20
/** Addresses remembered at once; beyond that the oldest are forgotten. */
const capacity = 10_000

/** Counts failed attempts to sign in by address: secrets are too long to guess, this keeps the noise down. */
export class Attempts {
  readonly #byAddress = new Map<string, { since: number; count: number }>()

  /** Counts one more; 0 when it is allowed, else the ms to wait. */
  note(address: string, now: number): number {
    let seen = this.#byAddress.get(address)
    if (!seen || now - seen.since >= windowMs) {
      seen = { since: now, count: 0 }
      this.#byAddress.delete(address)
      this.#byAddress.set(address, seen)
      if (this.#byAddress.size > capacity) this.#forgetOldest()
    }
    seen.count++
    return seen.count <= allowed ? 0 : seen.since + windowMs - now
  }

  /** The attempt counted last has succeeded: many people may sign in from one address. */
  succeeded(address: string): void {
    const seen = this.#byAddress.get(address)
    if (seen) seen.count--
  }

  #forgetOldest(): void {
    const [oldest] = this.#byAddress.keys()
    this.#byAddress.delete(oldest)
  }
}
