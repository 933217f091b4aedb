import { parsePosition } from '@streamgauge/core/position.ts'
import { ApiError, explain, isFutile, isRefusal } from '../api/client.ts'
import type { History } from '../api/types.ts'
import { backoffMs } from './backoff.ts'
import { formatStep } from './format.ts'
import { everything, Join } from './join.ts'
import { type MetricModel, maxLines } from './metric-model.ts'
import { type Range, rawMostMs, type Span } from './span.ts'
import type { TenantFeed } from './tenant-feed.ts'

/** What to read: points themselves, or whatever suits the length; without `to` everything stored from `from` on. */
export interface HistoryAsk {
  /** Epoch ms. */
  readonly from: number
  readonly to?: number
  readonly resolution: 'raw' | 'auto'
  /** Makes windows of points, too, ms. */
  readonly stepMs?: number
  readonly maxSeries: number
}

export interface MetricSourceOptions {
  readonly feed: TenantFeed
  readonly model: MetricModel
  readonly readHistory: (ask: HistoryAsk, signal: AbortSignal) => Promise<History>
  /** New points have come live. `received` is when the server took them, epoch ms. */
  readonly onPoints: (count: number, received: number) => void
  /** Loading, the resolution or the error have changed. */
  readonly onChange: () => void
}

/** Windows end a little after the last of their points was stored: a reader of a moving window reads this much more, ms. */
const slackMs = 2_000
/** When windows are so far behind that the stream no longer has what is missing, they are read again this late, ms. */
const rereadMs = 10_000
/** Points that are too many are read as windows of this length: the shortest there are, and whole ones fit any slot, ms. */
const pointsStepMs = 1_000
/** Series to read when some of those that fit on a chart have no points then: others may have. */
const maxSilent = 100
/** What was refused is asked for again this late, ms: somebody may have put it right. */
const refusedMs = 60_000

/** Keeps the model of one metric whole: reads its history, adds what comes live, mends holes, tries again. */
export class MetricSource {
  error: string | undefined
  /** It is not tried again before something else is shown. */
  gaveUp = false
  /** Series that match beyond those that have been read. */
  unread = 0
  /** What was read last: points, or windows of this length. */
  resolution: string | undefined
  readonly #o: MetricSourceOptions
  readonly #join: Join
  readonly #unlisten: () => void
  #request: AbortController | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #span: Span | undefined
  #settled = false
  /** There are too many points: they are read as windows. */
  #tooMany = false
  #maxSeries = maxLines
  #reopened = false

  constructor(options: MetricSourceOptions) {
    this.#o = options
    this.#join = new Join(options.model)
    this.#unlisten = options.feed.listen({
      points: (position, batch) => {
        // a range that stands takes nothing more, but what comes meanwhile belongs to what is shown after it
        if (this.#span?.range) return this.#join.remember(position, batch)
        const count = this.#join.live(position, batch)
        if (count > 0) options.onPoints(count, batch.received)
      },
      hole: (fromMs) => {
        if (this.#span?.range) return
        else void this.#load(this.#settled ? fromMs : everything, true)
      },
    })
  }

  /** What is shown is being read, or nothing has been read yet. */
  get loading(): boolean {
    return !this.#settled && this.error === undefined
  }

  /** What is in hand has been read for what is shown. */
  get settled(): boolean {
    return this.#settled
  }

  /** Shows a stretch of time; what is in hand already is not read again. */
  show(span: Span): void {
    const before = this.#span
    this.#span = span
    const { model } = this.#o
    model.keepMs = span.range ? Number.POSITIVE_INFINITY : span.windowMs + 5000
    if (before && !before.range && !span.range && this.#serves(before.windowMs, span.windowMs)) return
    this.#settled = false
    this.#tooMany = false
    this.#reopened = false
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
    const span = this.#span
    if (request.signal.aborted || !span || feed.stream.kind === 'denied') return
    this.#join.asked(anew)
    const { ask, fromMs } = span.range
      ? { ask: this.#askForRange(span.range), fromMs: everything }
      : this.#askForWindow(span.windowMs, holeFromMs)
    try {
      const history = await readHistory(ask, request.signal)
      if (request.signal.aborted) return
      if (leavesOut(history) || this.#othersMaySpeak(history)) {
        this.#tooMany ||= leavesOut(history)
        return await this.#load(everything, false)
      }
      this.#take(history, fromMs, span)
    } catch (error) {
      if (request.signal.aborted) return
      this.#join.abandoned()
      this.#fail(error, holeFromMs, anew)
    }
  }

  /** Some of the first series are silent, and there are more: reads further from now on. */
  #othersMaySpeak({ series_total, batch }: History): boolean {
    if (this.#maxSeries >= maxSilent || series_total <= this.#maxSeries) return false
    if (new Set(batch.s).size === this.#maxSeries) return false
    this.#maxSeries = maxSilent
    return true
  }

  /** What was read for one window serves a shorter one, as long as both are made of the same. */
  #serves(heldMs: number, windowMs: number): boolean {
    return heldMs === windowMs || (heldMs <= rawMostMs && windowMs <= heldMs && !this.#tooMany)
  }

  #askForRange({ from, to }: Range): HistoryAsk {
    return { from, to, resolution: 'auto', ...this.#size }
  }

  get #size(): Pick<HistoryAsk, 'stepMs' | 'maxSeries'> {
    return { maxSeries: this.#maxSeries, ...(this.#tooMany && { stepMs: pointsStepMs }) }
  }

  #askForWindow(windowMs: number, holeFromMs: number): { ask: HistoryAsk; fromMs: number } {
    const windowFrom = Math.floor(this.#o.feed.clock.now() - windowMs - slackMs)
    const size = this.#size
    if (windowMs > rawMostMs) {
      return { ask: { from: windowFrom, resolution: 'auto', ...size }, fromMs: everything }
    }
    const partly = holeFromMs > windowFrom && !this.#tooMany
    return {
      ask: { from: partly ? Math.floor(holeFromMs) : windowFrom, resolution: 'raw', ...size },
      fromMs: partly ? holeFromMs : everything,
    }
  }

  #take(history: History, fromMs: number, span: Span): void {
    const { feed, model } = this.#o
    const asOf = parsePosition(history.as_of)
    if (!asOf) throw new Error(`as_of is not a position: ${history.as_of}`)
    const stepMs = history.step_ms ?? 0
    this.#attempt = 0
    this.#settled = true
    this.error = undefined
    this.gaveUp = false
    this.unread = Math.max(0, history.series_total - history.batch.series.length)
    this.resolution = stepMs > 0 ? formatStep(stepMs) : history.resolution
    if (span.range) {
      this.#join.abandoned()
      model.replace(history.batch, everything, stepMs)
      this.#o.onChange()
      return
    }
    const verdict = this.#join.answered(history.batch, asOf, fromMs, feed.start, stepMs)
    // a stream that has not begun yet begins where the history ends
    if ((verdict === 'reopen' && !this.#reopened) || !feed.start) {
      this.#reopened = true
      if (verdict === 'reopen') this.#join.reopened()
      feed.reopen(asOf)
    } else if (verdict === 'reopen') {
      this.#join.goOn()
      this.#retry = setTimeout(() => void this.#load(everything, false), rereadMs)
    }
    this.#o.onChange()
    if (verdict === 'refetch') void this.#load(everything, false)
  }

  #fail(error: unknown, holeFromMs: number, anew: boolean): void {
    const asked = error instanceof ApiError ? error.retryAfterMs : 0
    const least = isRefusal(error) ? refusedMs : 1000
    const wait = Math.max(least, backoffMs(this.#attempt++, Math.random(), asked))
    this.error = explain(error)
    this.gaveUp = isFutile(error)
    if (!this.gaveUp) this.#retry = setTimeout(() => void this.#load(holeFromMs, anew), wait)
    this.#o.onChange()
  }
}

/** Some points are missing: the extremes of what is there would pass for all there is. */
function leavesOut({ thinned, batch }: History): boolean {
  return thinned && batch.count === undefined
}
