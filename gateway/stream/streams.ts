import type { ResyncReason } from './frame.ts'
import type { Reader } from './reader.ts'

/** An open stream as the registry sees it. */
export interface OpenStream {
  readonly tenant: string
  readonly partition: number
  readonly reader: Reader
  /** Who opened it; streams of one login share the key, and it is asked for once. */
  readonly login: { readonly key: string; readonly stillValid: () => Promise<boolean> }
  /** Ends the response: `gone` cuts the socket of a reader that takes nothing any more. */
  end(how: 'done' | 'gone'): void
}

export const streamDefaults = {
  /** A stream hears something at least this often, ms. */
  heartbeatMs: 15_000,
  /** A socket that takes nothing for this long belongs to nobody, ms. */
  stallMs: 45_000,
  /** Logins are asked for this often: with verdicts up to 1.5 s old a revocation ends streams within 2 s. */
  recheckMs: 400,
  perTenant: 5_000,
  perProcess: 10_000,
}
const recheckAtOnce = 100
export type StreamLimits = typeof streamDefaults

/** The open streams of this process: fan-out, heartbeats, stalled sockets, revoked logins. */
export class Streams {
  readonly #limits: StreamLimits
  readonly #onCount: (open: number) => void
  readonly #byTenant = new Map<string, Set<OpenStream>>()
  #open = 0
  #timer: NodeJS.Timeout | undefined
  #rechecking = false

  constructor(onCount: (open: number) => void, limits: StreamLimits = streamDefaults) {
    this.#onCount = onCount
    this.#limits = limits
  }

  /** The limit that a further stream of this tenant would pass, or undefined. */
  full(tenant: string): 'perTenant' | 'perProcess' | undefined {
    if (this.#open >= this.#limits.perProcess) return 'perProcess'
    if ((this.#byTenant.get(tenant)?.size ?? 0) >= this.#limits.perTenant) return 'perTenant'
    return undefined
  }

  add(stream: OpenStream): void {
    let set = this.#byTenant.get(stream.tenant)
    if (!set) {
      set = new Set()
      this.#byTenant.set(stream.tenant, set)
    }
    set.add(stream)
    this.#count(1)
  }

  remove(stream: OpenStream): void {
    const set = this.#byTenant.get(stream.tenant)
    if (!set?.delete(stream)) return
    if (set.size === 0) this.#byTenant.delete(stream.tenant)
    this.#count(-1)
  }

  has(tenant: string): boolean {
    return this.#byTenant.has(tenant)
  }

  /** There is something new for this tenant. */
  pump(tenant: string, now: number): void {
    for (const { reader } of this.#byTenant.get(tenant) ?? []) reader.pump(now)
  }

  /** The streams of a partition can't go on from where they are. */
  cut(partition: number, reason: ResyncReason, now: number): void {
    for (const { partition: of, reader } of this.#all()) {
      if (of !== partition) continue
      reader.lose(reason)
      reader.pump(now)
    }
  }

  /** Ends the streams of one login, as at sign-out. */
  endLogin(key: string): void {
    for (const stream of this.#all()) if (stream.login.key === key) stream.end('done')
  }

  endAll(): void {
    for (const stream of this.#all()) stream.end('done')
  }

  tick(now: number): void {
    const { heartbeatMs, stallMs, recheckMs } = this.#limits
    for (const stream of this.#all()) {
      const { reader } = stream
      if (reader.blockedAt !== undefined && now - reader.blockedAt > stallMs) stream.end('gone')
      else if (now - reader.wroteAt > heartbeatMs - 2 * recheckMs) reader.beat(now)
    }
    void this.#recheck()
  }

  async #recheck(): Promise<void> {
    if (this.#rechecking) return
    this.#rechecking = true
    const logins = [...new Map(this.#all().map(({ login }) => [login.key, login])).values()]
    try {
      // In small groups: thousands of questions at once would look like an outage to whoever answers them.
      for (let i = 0; i < logins.length; i += recheckAtOnce) {
        await Promise.all(logins.slice(i, i + recheckAtOnce).map((login) => this.#recheckOne(login)))
      }
    } finally {
      this.#rechecking = false
    }
  }

  async #recheckOne({ key, stillValid }: OpenStream['login']): Promise<void> {
    if (!(await stillValid())) this.endLogin(key)
  }

  #all(): OpenStream[] {
    return [...this.#byTenant.values()].flatMap((set) => [...set])
  }

  #count(change: 1 | -1): void {
    this.#open += change
    this.#onCount(this.#open)
    // Without streams nothing ticks: an idle gateway sleeps.
    if (this.#open > 0 && !this.#timer) {
      this.#timer = setInterval(() => this.tick(Date.now()), this.#limits.recheckMs).unref()
    } else if (this.#open === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}
