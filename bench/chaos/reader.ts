import { setTimeout as sleep } from 'node:timers/promises'
import { parsePosition } from '@streamgauge/core/position.ts'
import { poll } from '../poll.ts'
import { openSse, type SseBlock } from '../sse.ts'

/** Records that the stream has said it can't bring: above offset `after`, up to `upTo`. */
export interface Gap {
  readonly after: number
  readonly upTo: number
  /** What the history gave when it was read instead; empty while no answer has come that reaches so far. */
  readonly values: ReadonlySet<number>
}

/** What a reader of a stream has got. */
export interface Reading {
  /** Offset of the first id; undefined when none came. */
  readonly from: number | undefined
  readonly gaps: readonly Gap[]
  /** How often each value was in an event. */
  readonly values: ReadonlyMap<number, number>
  readonly reconnects: number
  /** Statuses of the attempts to open it, and how often each came; 0: no answer at all. */
  readonly statuses: ReadonlyMap<number, number>
}

/** One reader of a tenant's stream that comes back with its last id whenever the stream ends. */
export interface StreamReader extends Reading {
  /** Waits until the last id is at this offset or beyond; not longer than `withinMs`, the verdict tells what is missing. */
  reached(offset: number, withinMs: number): Promise<void>
  stop(): Promise<void>
}

export interface ReaderOptions {
  readonly tenant: string
  readonly token: string
  /** A metric whose points are in every record, one series or a few: after a gap its history is read. */
  readonly metric: string
  /** The origin of a gateway, asked for at each attempt: they take turns. */
  url(): string
}

const settings = { retryMs: 250, silentMs: 25_000, lookMs: 100, historyMs: 30_000, maxPoints: 50_000 }

export function startReader({ tenant, token, metric, url }: ReaderOptions): StreamReader {
  const startedAt = Date.now()
  const authorization = `Bearer ${token}`
  const gaps: Gap[] = []
  const histories: Promise<void>[] = []
  const values = new Map<number, number>()
  const statuses = new Map<number, number>()
  const stopping = new AbortController()
  let first: number | undefined
  let last: string | undefined
  let lastOffset = -1
  let connections = 0

  function take({ event, id, data }: SseBlock): void {
    const offset = id === undefined ? undefined : parsePosition(id)?.offset
    if (offset === undefined) return
    if (first === undefined) first = offset
    else if (event === 'resync') {
      const gap = { after: lastOffset, upTo: offset, values: new Set<number>() }
      gaps.push(gap)
      histories.push(
        poll(() => readHistory(gap).catch(() => false), settings.historyMs).catch(() => undefined),
      )
    }
    last = id
    lastOffset = offset
    if (event !== 'points' || data === undefined) return
    for (const value of JSON.parse(data).x) values.set(value, (values.get(value) ?? 0) + 1)
  }

  /** As a client does that was told of a gap; false when it has to ask again. */
  async function readHistory(gap: { upTo: number; values: Set<number> }): Promise<boolean> {
    const query = new URLSearchParams({
      ...{ metric, from: String(startedAt - 60_000), resolution: 'raw' },
      max_points: String(settings.maxPoints),
    })
    const answer = await fetch(`${url()}/api/v1/tenants/${tenant}/metrics?${query}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(settings.historyMs),
    })
    if (!answer.ok) return answer.body?.cancel().then(() => false) ?? false
    const { as_of, thinned, batch } = (await answer.json()) as History
    // What a stream calls published is stored: a history that ends before it is one that breaks its word.
    if (thinned || (parsePosition(as_of)?.offset ?? -1) < gap.upTo) return true
    for (const value of batch.x) gap.values.add(value)
    return true
  }

  async function follow(): Promise<void> {
    const headers = { authorization, ...(last !== undefined && { 'last-event-id': last }) }
    using stream = await openSse(`${url()}/api/v1/stream/${tenant}`, headers).catch(() => undefined)
    const status = stream?.status ?? 0
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (!stream || status !== 200) return
    connections++
    let seen = 0
    let ended = false
    stream.ended.then(() => {
      ended = true
    })
    let heard = performance.now()
    for (;;) {
      const over = ended || stopping.signal.aborted
      if (seen < stream.blocks.length) heard = performance.now()
      while (seen < stream.blocks.length) take(stream.blocks[seen++])
      if (over || performance.now() - heard > settings.silentMs) return
      await sleep(settings.lookMs)
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await follow()
      await sleep(settings.retryMs)
    }
    await Promise.all(histories)
  }
  const running = run()
  return {
    gaps,
    values,
    statuses,
    get from() {
      return first
    },
    get reconnects() {
      return Math.max(0, connections - 1)
    },
    reached: (offset, withinMs) => poll(async () => lastOffset >= offset, withinMs).catch(() => undefined),
    async stop() {
      stopping.abort()
      await running
    },
  }
}

interface History {
  readonly as_of: string
  readonly thinned: boolean
  readonly batch: { readonly x: readonly number[] }
}

export interface StreamVerdict {
  readonly points: number
  readonly lost: number
  readonly doubled: number
  readonly resyncs: number
  readonly reconnects: number
}

/**
 * Every point stored above the first id must have come once, to the last one. Inside a gap that was told its record must
 * have been in the history: that of one metric was read, so of each record the points of that.
 */
export function judgeStream(
  { from = -1, gaps, values, reconnects }: Reading,
  rows: readonly { offset: number; value: number }[],
): StreamVerdict {
  const recordsRead = gaps.map(
    (gap) => new Set(rows.flatMap(({ offset, value }) => (gap.values.has(value) ? offset : []))),
  )
  const wasRead = (at: number) =>
    gaps.some(({ after, upTo }, i) => at > after && at <= upTo && recordsRead[i].has(at))
  let lost = 0
  for (const { offset, value } of rows) {
    if (offset > from && !values.has(value) && !wasRead(offset)) lost++
  }
  let doubled = 0
  for (const times of values.values()) doubled += times - 1
  return { points: values.size, lost, doubled, resyncs: gaps.length, reconnects }
}
