import { parsePosition } from '@streamgauge/core/position.ts'
import type { History } from '../api/types.ts'
import { backoffMs } from './backoff.ts'
import { everything, Join } from './join.ts'
import type { MetricModel } from './metric-model.ts'
import type { TenantFeed } from './tenant-feed.ts'

export interface MetricSourceOptions {
  readonly feed: TenantFeed
  readonly model: MetricModel
  /** Reads stored points from a time on, epoch ms. */
  readonly readHistory: (fromMs: number, signal: AbortSignal) => Promise<History>
  /** New points have come live. `received` is when the server took them, epoch ms. */
  readonly onPoints: (count: number, received: number) => void
  /** Loading or the error have changed. */
  readonly onChange: () => void
}

/** Keeps the model of one metric whole: reads its history, adds what comes live, mends holes, tries again. */
export class MetricSource {
  error: string | undefined
  readonly #o: MetricSourceOptions
  readonly #join: Join
  readonly #unlisten: () => void
  #request: AbortController | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #windowMs = 0
  #settled = false

  constructor(options: MetricSourceOptions) {
    this.#o = options
    this.#join = new Join(options.model)
    this.#unlisten = options.feed.listen({
      points: (position, batch) => {
        const count = this.#join.live(position, batch)
        if (count > 0) options.onPoints(count, batch.received)
      },
      hole: (fromMs) => void this.#load(this.#settled ? fromMs : everything, true),
    })
  }

  /** Nothing has been read yet. */
  get loading(): boolean {
    return !this.#settled && this.error === undefined
  }

  /** Shows the last `windowMs`; what is in hand already is not read again. */
  show(windowMs: number): void {
    this.#o.model.keepMs = windowMs + 5000
    if (windowMs <= this.#windowMs) return
    this.#windowMs = windowMs
    void this.#load(everything, false)
  }

  close(): void {
    this.#unlisten()
    this.#request?.abort()
    clearTimeout(this.#retry)
  }

  async #load(holeFromMs: number, anew: boolean): Promise<void> {
    const { feed, readHistory } = this.#o
    this.#request?.abort()
    clearTimeout(this.#retry)
    const request = new AbortController()
    this.#request = request
    // the stream comes first: what it sends while the history is read is remembered
    await feed.ready
    if (request.signal.aborted) return
    this.#join.asked(anew)
    const windowFrom = feed.clock.now() - this.#windowMs - 2000
    const fromMs = holeFromMs > windowFrom ? holeFromMs : everything
    try {
      const history = await readHistory(Math.floor(Math.max(windowFrom, holeFromMs)), request.signal)
      if (request.signal.aborted) return
      this.#take(history, fromMs)
    } catch (error) {
      if (request.signal.aborted) return
      this.#join.failed()
      this.#fail(error instanceof Error ? error.message : String(error), holeFromMs, anew)
    }
  }

  #take(history: History, fromMs: number): void {
    const { feed } = this.#o
    const asOf = parsePosition(history.as_of)
    if (!asOf) throw new Error(`as_of is not a position: ${history.as_of}`)
    const verdict = this.#join.answered(history.batch, asOf, fromMs, feed.start)
    this.#attempt = 0
    this.#settled = true
    this.error = undefined
    // a stream that has not begun yet begins where the history ends
    if (verdict === 'reopen' || !feed.start) feed.reopen(asOf)
    this.#o.onChange()
    if (verdict === 'refetch') void this.#load(everything, false)
  }

  #fail(message: string, holeFromMs: number, anew: boolean): void {
    const wait = Math.max(1000, backoffMs(this.#attempt++, Math.random()))
    this.error = message
    this.#retry = setTimeout(() => void this.#load(holeFromMs, anew), wait)
    this.#o.onChange()
  }
}
