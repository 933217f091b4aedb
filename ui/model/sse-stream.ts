import { explain, readError } from '../api/client.ts'
import { serverTime } from '../api/gateway.ts'
import { backoffMs } from './backoff.ts'
import type { ClockBounds } from './server-clock.ts'
import { type SseEvent, SseParser } from './sse-parse.ts'

/** What the connection is doing. `denied` and `closed` are final. */
export type StreamState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'open'
      /** How far the server's clock is ahead of this machine's, where it has told the time. */
      readonly ahead?: ClockBounds
    }
  | { readonly kind: 'waiting'; readonly reason: string; readonly retryInMs: number }
  | {
      /** As many streams as this browser may have are open to this server: it waits for one to be closed. */
      readonly kind: 'crowded'
      readonly most: number
    }
  | {
      readonly kind: 'denied'
      readonly status: number
      /** What the server said about it, with the remedy. */
      readonly reason: string
    }
  | { readonly kind: 'closed' }

export interface StreamOptions {
  /** Address of the stream; the last event id travels as a header. */
  readonly url: string
  readonly lastEventId?: string
  /** Sent with every attempt: who asks. */
  readonly headers?: Readonly<Record<string, string>>
  readonly onEvent: (event: SseEvent) => void
  readonly onState: (state: StreamState) => void
  readonly fetch?: typeof fetch
  readonly random?: () => number
  /** Without a byte for this long the connection counts as dead, ms. Heartbeats come every 15 s. */
  readonly deadMs?: number
}

/** What the owner of a stream does with it. */
export interface StreamHandle {
  /** Ends it at once; the server sees the connection close. */
  close(): void
  /** Ends a wait between two attempts: the network is back, or somebody is looking again. */
  retryNow(): void
}

/** A connection that stayed up this long starts its backoff anew, ms. */
const settledMs = 5000
/** Heartbeats come every 15 s; a connection is worth no more waiting after so long without one, ms. */
const overdueMs = 20_000

/**
 * Reads an event stream by fetch for as long as it is wanted: reconnects with backoff and jitter, honours
 * Retry-After, resumes with Last-Event-ID and gives up only when the server says that it may not be read.
 * (EventSource can't: it ends for good on any status but 200, and never notices a dead peer.)
 */
export class SseStream implements StreamHandle {
  #lastEventId: string | undefined
  #abort = new AbortController()
  #wake: (() => void) | undefined
  #connection: AbortController | undefined
  /** By the clock on the wall, which goes on while a machine sleeps, epoch ms. */
  #heardAt = Date.now()
  readonly #options: StreamOptions

  constructor(options: StreamOptions) {
    this.#options = options
    this.#lastEventId = options.lastEventId
    void this.#run(this.#abort)
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  close(): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort()
    this.#options.onState({ kind: 'closed' })
  }

  /** Also gives up a connection over which the machine has slept: its heartbeats are overdue. */
  retryNow(): void {
    if (Date.now() - this.#heardAt > overdueMs) this.#connection?.abort()
    this.#wake?.()
  }

  async #run(abort: AbortController): Promise<void> {
    const { onState, random = Math.random } = this.#options
    let attempt = 0
    while (!abort.signal.aborted) {
      onState({ kind: 'connecting' })
      const startedAt = performance.now()
      const end = await this.#connect(abort.signal)
      if (abort.signal.aborted) return
      if (end.denied) {
        onState({ kind: 'denied', status: end.denied, reason: end.reason })
        return
      }
      if (performance.now() - startedAt > settledMs) attempt = 0
      const retryInMs = backoffMs(attempt++, random(), end.retryAfterMs)
      onState({ kind: 'waiting', reason: end.reason, retryInMs })
      await this.#pause(retryInMs, abort.signal)
    }
  }

  async #connect(closed: AbortSignal): Promise<{ reason: string; retryAfterMs: number; denied?: number }> {
    const { url, onEvent, onState, deadMs = 40_000 } = this.#options
    const request = new AbortController()
    this.#connection = request
    const stop = () => request.abort()
    closed.addEventListener('abort', stop)
    let dead: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      this.#heardAt = Date.now()
      clearTimeout(dead)
      dead = setTimeout(() => request.abort(), deadMs)
    }
    const parser = new SseParser()
    try {
      alive()
      const headers: Record<string, string> = { ...this.#options.headers, accept: 'text/event-stream' }
      if (this.#lastEventId !== undefined) headers['last-event-id'] = this.#lastEventId
      const read = this.#options.fetch ?? fetch
      const sentAt = localNow()
      const response = await read(url, { headers, signal: request.signal, cache: 'no-store' })
      if (!response.ok || !response.body) {
        const { status } = response
        const error = await readError(response)
        const denied = status === 401 || status === 403
        return { reason: explain(error), retryAfterMs: error.retryAfterMs, ...(denied && { denied: status }) }
      }
      const time = serverTime(response.headers)
      const ahead = time !== undefined && { least: time - localNow(), most: time - sentAt }
      onState({ kind: 'open', ...(ahead && { ahead }) })
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return { reason: 'The server ended the stream.', retryAfterMs: parser.retryMs ?? 0 }
        alive()
        for (const event of parser.push(decoder.decode(value, { stream: true }))) {
          if (closed.aborted) return { reason: 'closed', retryAfterMs: 0 }
          if (event.id !== undefined) this.#lastEventId = event.id
          onEvent(event)
        }
      }
    } catch {
      const silent = request.signal.aborted && !closed.aborted
      const reason = silent
        ? `No byte has come for ${Math.round((Date.now() - this.#heardAt) / 1000)} s.`
        : 'The server cannot be reached.'
      return { reason, retryAfterMs: parser.retryMs ?? 0 }
    } finally {
      clearTimeout(dead)
      closed.removeEventListener('abort', stop)
      request.abort()
    }
  }

  #pause(ms: number, closed: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        closed.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#wake = done
      closed.addEventListener('abort', done)
    })
  }
}

/** This machine's clock, epoch ms. */
function localNow(): number {
  return performance.timeOrigin + performance.now()
}
