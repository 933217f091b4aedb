import { type Level, levelAt, levelSize } from './pulse.ts'

/**
 * How a request says who it is when it is sent again; `client` is one that @streamgauge/client sends as it thinks best,
 * `plain` has no name and is sent once.
 */
export const kinds = ['dedupe_id', 'Idempotency-Key', 'client', 'plain'] as const
export type Kind = (typeof kinds)[number]

/** One request of a producer: the points `first` to `first + count - 1`, whose values nobody else sends (`pointValue`). */
export interface Sent {
  readonly tenant: string
  readonly kind: Kind
  readonly first: number
  readonly count: number
  /** Of its first point, which is the pulse. */
  readonly level: Level
  /**
   * `refused`: the answer, or a body that was cut off, says that nothing of it is stored. `open`: it may or may not
   * be stored.
   */
  state: 'open' | 'acknowledged' | 'refused'
}

/** The value of a point of a request: its number, and for the pulse its level. */
export function pointValue({ first, level }: Sent, point: number): number {
  return point === first ? level * levelSize + point : point
}

/** What all producers have sent and what was answered: the claim that the verdict holds the stores against. */
export class Ledger {
  readonly sent: Sent[] = []
  readonly #pointsPerSecond: number
  #next = 0

  /** `pointsPerSecond`: of all producers together. */
  constructor(pointsPerSecond: number) {
    this.#pointsPerSecond = pointsPerSecond
  }

  issue(tenant: string, kind: Kind, count: number): Sent {
    const level = levelAt(this.#next, this.#pointsPerSecond)
    const request: Sent = { tenant, kind, first: this.#next, count, level, state: 'open' }
    this.#next += count
    this.sent.push(request)
    return request
  }

  /** Number of points that were ever sent. */
  get points(): number {
    return this.#next
  }

  get acknowledged(): number {
    return this.sent.reduce((sum, { state, count }) => (state === 'acknowledged' ? sum + count : sum), 0)
  }
}
