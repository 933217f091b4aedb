import { type Batch, filterPoints } from '@streamgauge/core/batch.ts'
import { formatPosition, parsePosition, type StreamPosition } from '@streamgauge/core/position.ts'
import type { AlertTransition } from '../api/alert-types.ts'
import { credentials, type Gateway, ownGateway } from '../api/gateway.ts'
import type { AgentState, TenantDetail } from '../api/types.ts'
import { above, everything } from './join.ts'
import { openStream } from './open-stream.ts'
import { Recent } from './percentile.ts'
import type { ServerClock } from './server-clock.ts'
import type { SseEvent } from './sse-parse.ts'
import type { StreamHandle, StreamOptions, StreamState } from './sse-stream.ts'

export interface FeedListener {
  /** Points that were stored at a position. */
  points?(position: StreamPosition, batch: Batch): void
  /** Events are missing: whatever was received since `fromMs` must be read from the store again. */
  hole?(fromMs: number): void
  /** An agent's status has changed. */
  agent?(state: AgentState): void
  /** An alert has begun or ended, or may do so soon. */
  alert?(transition: AlertTransition): void
  /** The stream is open again, or says that events are missing: what it tells without a position may be among them. */
  missed?(): void
  /** Connection or tenant detail have changed. */
  changed?(): void
}

export interface FeedOptions {
  readonly tenant: string
  /** Only what this agent says; the stream is the tenant's all the same, so that all tabs can share it. */
  readonly agent?: string
  readonly clock: ServerClock
  /** The one of this page when left out. */
  readonly gateway?: Gateway
  /** Reads `GET /api/v1/tenants/{tenant}`, for those who may. */
  readonly readDetail?: (signal: AbortSignal) => Promise<TenantDetail>
  readonly onDenied?: (status: number) => void
  readonly openStream?: (options: StreamOptions) => StreamHandle
}

const pollMs = 2000
/** A point may be stored this much later than others of its time without being missed by a resync, ms. */
const slackMs = 10_000

/** The live side of one tenant, or of one of its agents: the tenant's event stream, its status polled every 2 s, the server's clock. No DOM. */
export class TenantFeed {
  readonly tenant: string
  readonly agent: string | undefined
  readonly clock: ServerClock
  /** Event to pixel, ms, of everything drawn from this feed. */
  readonly lags = new Recent()
  /** Points a second as polled, oldest first. */
  readonly rates = new Recent(60)
  stream: StreamState = { kind: 'connecting' }
  wasOpen = false
  detail: TenantDetail | undefined
  detailError: string | undefined
  /** Where the events in hand begin; undefined until the stream has said so. */
  start: StreamPosition | undefined
  readonly #options: FeedOptions
  readonly #listeners = new Set<FeedListener>()
  #reader: StreamHandle | undefined
  #seen: StreamPosition | undefined
  #greeted = false
  #hole: StreamPosition | undefined
  #lastReceived = everything
  #lateness = 0
  #poll: AbortController | undefined
  #pollTimer: ReturnType<typeof setTimeout> | undefined
  #ready = Promise.withResolvers<void>()

  constructor(options: FeedOptions) {
    this.tenant = options.tenant
    this.agent = options.agent
    this.clock = options.clock
    this.#options = options
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when the stream has said where it begins, or has failed for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Starts, or goes on where it was suspended. */
  resume(): void {
    if (!this.#reader) this.#open()
    else this.#reader.retryNow()
    const { readDetail } = this.#options
    if (readDetail && !this.#poll) void this.#pollDetail(readDetail)
  }

  /** Lets go of the server: nobody is looking. Positions are kept, so `resume` misses nothing. */
  suspend(): void {
    this.#reader?.close()
    this.#reader = undefined
    this.#poll?.abort()
    this.#poll = undefined
    clearTimeout(this.#pollTimer)
  }

  /** Opens the stream anew after a position, to get what lies between history and stream. */
  reopen(after: StreamPosition): void {
    this.#reader?.close()
    this.#seen = after
    this.start = after
    this.#open()
  }

  #open(): void {
    this.#greeted = false
    const { gateway = ownGateway } = this.#options
    const { base, token } = gateway
    const open =
      this.#options.openStream ?? ((options) => openStream(options, { credential: token ?? 'session' }))
    this.#reader = open({
      url: `${base}/api/v1/stream/${encodeURIComponent(this.tenant)}`,
      headers: credentials(gateway),
      ...(this.#seen && { lastEventId: formatPosition(this.#seen) }),
      onEvent: (event) => this.#event(event),
      onState: (state) => this.#state(state),
    })
  }

  #state(state: StreamState): void {
    this.stream = state
    const again = state.kind === 'open' && this.wasOpen
    if (state.kind === 'open') this.wasOpen = true
    if (state.kind === 'connecting') this.#greeted = false
    const { kind } = state
    if (kind === 'open' && state.ahead) this.clock.ahead(state.ahead)
    if (kind === 'waiting' || kind === 'denied' || kind === 'crowded') this.#ready.resolve()
    if (kind === 'denied') this.#options.onDenied?.(state.status)
    this.#changed()
    if (again) for (const listener of this.#listeners) listener.missed?.()
  }

  #event(event: SseEvent): void {
    const position = event.id === undefined ? undefined : parsePosition(event.id)
    if (event.event === 'resync') this.#missed(position)
    else if (!this.#greeted && position) this.#greet(position)
    if (event.event === 'points' && event.data !== null && position) this.#points(position, event.data)
    if (event.event === 'agent' && event.data !== null) this.#agent(event.data)
    if (event.event === 'alert' && event.data !== null) this.#alert(event.data)
    if (position) this.#seen = position
  }

  /** The first id of a connection says where its events begin. */
  #greet(position: StreamPosition): void {
    this.#greeted = true
    const resumed = this.#seen !== undefined && !above(position, this.#seen)
    const fresh = this.#seen === undefined
    if (!resumed || this.start === undefined) this.start = position
    this.#ready.resolve()
    // begun anew beyond what was seen, although not at the very first time
    if (!resumed && !fresh) this.#missed(position)
  }

  #missed(position: StreamPosition | undefined): void {
    // the opening block of a stream that can't be resumed names the head, and so does the resync after it
    if (position && this.#hole && !above(position, this.#hole) && !above(this.#hole, position)) return
    this.#hole = position
    this.start = position
    this.#greeted = position !== undefined
    const from = this.#lastReceived - slackMs - this.#lateness
    for (const listener of this.#listeners) {
      listener.hole?.(from)
      listener.missed?.()
    }
  }

  #points(position: StreamPosition, data: string): void {
    const all = JSON.parse(data) as Batch
    this.#hole = undefined
    this.clock.arrived(all.received)
    this.#lastReceived = Math.max(this.#lastReceived, all.received)
    const batch = this.#wanted(all)
    if (batch.s.length === 0) return
    for (const t of batch.t) this.#lateness = Math.max(this.#lateness, batch.received - t)
    for (const listener of this.#listeners) listener.points?.(position, batch)
  }

  /** The points of the feed's own agent. */
  #wanted(batch: Batch): Batch {
    const { agent } = this
    if (agent === undefined || batch.series.every(([, of]) => of === agent)) return batch
    return filterPoints(batch, (i) => batch.series[batch.s[i]][1] === agent)
  }

  #agent(data: string): void {
    const state = JSON.parse(data) as AgentState
    if (this.agent !== undefined && state.agent_id !== this.agent) return
    for (const listener of this.#listeners) listener.agent?.(state)
  }

  #alert(data: string): void {
    const transition = JSON.parse(data) as AlertTransition
    if (this.agent !== undefined && transition.series[1] !== this.agent) return
    for (const listener of this.#listeners) listener.alert?.(transition)
  }

  async #pollDetail(read: (signal: AbortSignal) => Promise<TenantDetail>): Promise<void> {
    const poll = new AbortController()
    this.#poll = poll
    const sentAt = this.clock.localNow()
    try {
      const detail = await read(poll.signal)
      this.clock.answered(detail.server_time, sentAt)
      this.detail = detail
      this.detailError = undefined
      this.rates.add(detail.ingest.points_per_s)
    } catch (error) {
      if (poll.signal.aborted) return
      this.detailError = error instanceof Error ? error.message : String(error)
    }
    this.#changed()
    if (this.#poll === poll) this.#pollTimer = setTimeout(() => void this.#pollDetail(read), pollMs)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener.changed?.()
  }
}
