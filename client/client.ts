import { backoffMs } from './backoff.ts'
import { defaults, fixed } from './defaults.ts'
import { defer } from './deferred.ts'
import { onLeaving, quietTimer } from './leave.ts'
import { type Batch, makeBatch, sendBatch, sendLast, type Target } from './request.ts'
import type { Client, ClientOptions, Dropped, Point, RefusedItem } from './types.ts'
import type { Verdict } from './verdict.ts'
import { Waiting } from './waiting.ts'

const encoder = new TextEncoder()
const ascii = /^[\x00-\x7f]*$/
/** Longer than anything waits: it is there to keep a process alive. */
const foreverMs = 2 ** 30

/**
 * Sends points to Streamgauge in batches, one request at a time and in order, each again until it is answered: a batch
 * has one Idempotency-Key, so that it counts once however often it had to be sent.
 *
 *     const client = createClient({ url: 'https://gauge.example', token: 'sg_…' })
 *     client.send({ metric_name: 'room.temperature', value: 21.5 })
 *     await client.close()
 */
export function createClient(options: ClientOptions): Client {
  const settings = { ...defaults, ...withoutUndefined(options) }
  const { maxPoints, maxBytes, maxAgeMs, bufferPoints, bufferBytes } = settings
  const target: Target = { url: addressOf(options.url), token: options.token }
  const waiting = new Waiting()
  /** Batches without a verdict, oldest first: on their way, or to be sent again after a page was left and came back. */
  const open: Batch[] = []
  const again: Batch[] = []
  const stop = new AbortController()
  const count = { sent: 0, accepted: 0, refused: 0, dropped: 0, retries: 0 }
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false
  /** Points below this number are sent without waiting for others. */
  let wanted = 0
  let onSettled = defer()

  const stopLeaving = onLeaving({ exit: () => void drain(), hidden: () => void flush(), left })
  options.signal?.addEventListener('abort', end, { once: true })
  if (options.signal?.aborted) end()

  return {
    send,
    flush,
    close,
    get stats() {
      const { sent, accepted, refused, dropped } = count
      return { ...count, waiting: sent - accepted - refused - dropped }
    },
  }

  function send(points: Point | readonly Point[]): void {
    if (stop.signal.aborted) throw new Error('The client is closed.')
    const now = Date.now()
    for (const point of [points].flat() as Point[]) {
      const json = JSON.stringify({ ...point, timestamp: point.timestamp ?? now })
      // Most points are ASCII, and to look is five times as cheap as to encode.
      waiting.push({ json, bytes: ascii.test(json) ? json.length : encoder.encode(json).length })
      count.sent++
    }
    const shed = waiting.shed(bufferPoints, bufferBytes)
    if (shed > 0) drop({ count: shed, reason: 'buffer' })
    if (isDue()) void run()
    else timer ??= quietTimer(ripen, maxAgeMs)
  }

  async function flush({ signal }: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    const until = count.sent
    wanted = Math.max(wanted, until)
    void run()
    const given = defer()
    signal?.addEventListener('abort', given.resolve, { once: true })
    // Timers and idle connections keep no process alive; somebody who waits does.
    const hold = setInterval(() => undefined, foreverMs)
    while (oldest() < until && !signal?.aborted) await Promise.race([onSettled.promise, given.promise])
    clearInterval(hold)
    return oldest() >= until
  }

  async function close({ signal = AbortSignal.timeout(fixed.closeMs) }: { signal?: AbortSignal } = {}) {
    const isDone = await flush({ signal })
    end()
    return isDone
  }

  /** Nothing else keeps the process: the last chance, and then no more. */
  function drain(): void {
    if (count.sent > oldest()) void close()
  }

  function end(): void {
    if (stop.signal.aborted) return
    stopLeaving()
    options.signal?.removeEventListener('abort', end)
    clearTimeout(timer)
    stop.abort()
    const lost = waiting.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).length
    for (const batch of [...open]) settle(batch, { count: batch.lines.length, reason: 'closed' })
    if (lost > 0) drop({ count: lost, reason: 'closed' })
  }

  function ripen(): void {
    timer = undefined
    wanted = Math.max(wanted, waiting.first + waiting.count)
    void run()
  }

  function isDue(): boolean {
    return (
      again.length > 0 ||
      (waiting.count > 0 &&
        (waiting.first < wanted || waiting.count >= maxPoints || waiting.bytes >= maxBytes))
    )
  }

  async function run(): Promise<void> {
    if (running) return
    running = true
    while (isDue() && !stop.signal.aborted) await deliver(again.shift() ?? nextBatch(maxBytes))
    running = false
    clearTimeout(timer)
    timer = waiting.count > 0 && !stop.signal.aborted ? quietTimer(ripen, maxAgeMs) : undefined
  }

  function nextBatch(bytes: number, alone = true): Batch {
    const { first } = waiting
    const batch = makeBatch(first, waiting.take(maxPoints, bytes, alone), Date.now())
    if (batch.lines.length > 0) open.push(batch)
    return batch
  }

  async function deliver(batch: Batch): Promise<void> {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      const timeout = AbortSignal.timeout(settings.requestTimeoutMs)
      const verdict = await sendBatch(target, batch, AbortSignal.any([stop.signal, timeout]))
      if (stop.signal.aborted || conclude(batch, verdict)) return
      const { status, code, detail, retryAfterMs } = verdict as Verdict & { kind: 'again' }
      const waitMs = backoffMs(attempt, Math.random(), retryAfterMs)
      if (Date.now() + waitMs - batch.madeAt > fixed.giveUpMs) {
        return settle(batch, { count: batch.lines.length, reason: 'expired', status, code, detail })
      }
      count.retries++
      tell(options.onRetry, { attempt: attempt + 1, waitMs, status, code, detail })
      await pause(waitMs)
    }
  }

  /** True when the batch needs no more tries. */
  function conclude(batch: Batch, verdict: Verdict): boolean {
    if (!open.includes(batch)) return true
    if (verdict.kind === 'again') return false
    const { length } = batch.lines
    if (verdict.kind === 'rejected') {
      const { status, code, detail } = verdict
      settle(batch, { count: length, reason: 'rejected', status, code, detail })
      return true
    }
    // The server's count is about the same points; a batch it knows again is counted as it was then.
    const rejected = Math.min(verdict.rejected, length)
    count.accepted += length - rejected
    count.refused += rejected
    settle(batch)
    if (rejected === 0) return true
    const items = verdict.errors.map(
      (error): RefusedItem => ({ ...error, point: JSON.parse(batch.lines[error.index].json) }),
    )
    tell(options.onRefused, { count: rejected, items })
    return true
  }

  function settle(batch: Batch, lost?: Dropped): void {
    open.splice(open.indexOf(batch), 1)
    if (lost) drop(lost)
    else wake()
  }

  function drop(lost: Dropped): void {
    count.dropped += lost.count
    tell(options.onDropped, lost)
    wake()
  }

  function wake(): void {
    onSettled.resolve()
    onSettled = defer()
  }

  /** Number of the oldest point without a verdict. */
  function oldest(): number {
    return open.reduce((least, { first }) => Math.min(least, first), waiting.first)
  }

  /** Hands over what fits; should the page come back, what was not answered is sent again under its key. */
  function left(): void {
    let room: number = fixed.keepaliveBytes
    const hand = (batch: Batch) => {
      room -= batch.bytes
      return sendLast(target, batch).then((verdict) => conclude(batch, verdict))
    }
    // What is on its way may be cut off by the leaving; it goes on being tried where it is.
    for (const batch of open) if (batch.bytes <= room) void hand(batch)
    for (;;) {
      const batch = nextBatch(Math.min(maxBytes, room - 2), false)
      if (batch.lines.length === 0) return
      void hand(batch).then((isDone) => {
        if (isDone) return
        again.push(batch)
        void run()
      })
    }
  }

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = defer()
    const timer = quietTimer(resolve, ms)
    stop.signal.addEventListener('abort', resolve, { once: true })
    return promise.finally(() => {
      clearTimeout(timer)
      stop.signal.removeEventListener('abort', resolve)
    })
  }
}

/** Not from where it happens: what a listener throws is nobody's fault here. */
function tell<T>(listener: ((event: T) => void) | undefined, event: T): void {
  if (listener) queueMicrotask(() => listener(event))
}

function addressOf(base: string | undefined): string {
  const own = (globalThis as { location?: Location }).location?.origin
  const from = base ?? own
  if (from === undefined) throw new TypeError('url: is missing, such as https://gauge.example')
  return `${from.replace(/\/+$/, '')}/api/v1/metrics?partial=true`
}

/** An option that is undefined is one that was left out. */
function withoutUndefined(options: ClientOptions): Partial<ClientOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
