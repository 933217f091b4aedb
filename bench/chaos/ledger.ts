/** How a request says who it is when it is sent again; `plain` has no name and is sent once. */
export const kinds = ['dedupe_id', 'Idempotency-Key', 'plain'] as const
export type Kind = (typeof kinds)[number]

/** One request of a producer: points with the values `first` to `first + count - 1`, which nobody else sends. */
export interface Sent {
  readonly tenant: string
  readonly kind: Kind
  readonly first: number
  readonly count: number
  /**
   * `refused`: the answer, or a body that was cut off, says that nothing of it is stored. `open`: it may or may not
   * be stored.
   */
  state: 'open' | 'acknowledged' | 'refused'
}

/** What all producers have sent and what was answered: the claim that the verdict holds the stores against. */
export class Ledger {
  readonly sent: Sent[] = []
  #next = 0

  issue(tenant: string, kind: Kind, count: number): Sent {
    const request: Sent = { tenant, kind, first: this.#next, count, state: 'open' }
    this.#next += count
    this.sent.push(request)
    return request
  }

  /** Number of points that were ever sent; their values are 0 up to it. */
  get points(): number {
    return this.#next
  }

  get acknowledged(): number {
    return this.sent.reduce((sum, { state, count }) => (state === 'acknowledged' ? sum + count : sum), 0)
  }
}
