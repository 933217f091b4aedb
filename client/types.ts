/** A value of something at a time. `metric_name`, `agent_id` and `tags` together name its series. */
export interface Point {
  readonly metric_name: string
  readonly value: number
  /** Epoch ms, a date, or RFC 3339 with a zone; the time of `send` when left out. */
  readonly timestamp?: number | string | Date
  readonly agent_id?: string
  readonly tags?: Readonly<Record<string, string>>
  /** A point with an id seen in the last 24 h counts once, also when two programs send it. */
  readonly dedupe_id?: string
}

export interface ClientOptions {
  /** Where Streamgauge is, such as `https://gauge.example`; in a browser the page's own origin when left out. */
  readonly url?: string
  /** A token of the scope `ingest`. */
  readonly token: string
  /** A request leaves when so many points wait … */
  readonly maxPoints?: number
  /** … or so many bytes of them … */
  readonly maxBytes?: number
  /** … or when the first has waited this long, ms. */
  readonly maxAgeMs?: number
  /** Points held while they can't be sent; beyond it the oldest are dropped. */
  readonly bufferPoints?: number
  /** The same in bytes. */
  readonly bufferBytes?: number
  /** One try takes this long at most, ms. */
  readonly requestTimeoutMs?: number
  /** Ends the client at once when it aborts; what waits is dropped. */
  readonly signal?: AbortSignal
  /** Points that the server won't take, and why; the others of their request are stored. */
  readonly onRefused?: (refused: Refused) => void
  /** Points that are lost, and why. */
  readonly onDropped?: (dropped: Dropped) => void
  /** A request has failed and will be sent again. */
  readonly onRetry?: (retry: Retry) => void
}

export interface Refused {
  /** How many: the server names the first 100 of a request. */
  readonly count: number
  readonly items: readonly RefusedItem[]
}

export interface RefusedItem {
  readonly point: Point
  /** Place in the request. */
  readonly index: number
  readonly field: string | null
  /** Stable, such as `TIMESTAMP_TOO_OLD`. */
  readonly code: string
  readonly detail: string
}

export interface Dropped {
  readonly count: number
  /**
   * buffer: there was no more room. rejected: the server refused the whole request, see `status` and `code`. expired:
   * not sent for so long that the server may no longer know it again. closed: the client ended before.
   */
  readonly reason: 'buffer' | 'rejected' | 'expired' | 'closed'
  readonly status?: number
  readonly code?: string
  readonly detail?: string
}

export interface Retry {
  /** Counts from 1. */
  readonly attempt: number
  readonly waitMs: number
  /** Left out when there was no answer. */
  readonly status?: number
  readonly code?: string
  readonly detail: string
}

/** Where all points that were ever sent have gone; they add up. */
export interface Stats {
  readonly sent: number
  /** The server has them on disk. */
  readonly accepted: number
  readonly refused: number
  readonly dropped: number
  /** In the buffer, or in a request without an answer yet. */
  readonly waiting: number
  /** Requests that were sent again. */
  readonly retries: number
}

export interface Client {
  /** Takes points and returns at once; what they are is fixed from here on. Throws after `close`. */
  send(points: Point | readonly Point[]): void
  /** Sends now what waits. True when all of it is accepted, refused or dropped; false when `signal` came first. */
  flush(options?: { readonly signal?: AbortSignal }): Promise<boolean>
  /** Flushes, for 5 s when no signal is given, then ends: what is left is dropped. */
  close(options?: { readonly signal?: AbortSignal }): Promise<boolean>
  readonly stats: Stats
}
