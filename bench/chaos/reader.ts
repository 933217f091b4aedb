import { setTimeout as sleep } from 'node:timers/promises'
import { parsePosition } from '@streamgauge/core/position.ts'
import { openSse, type SseBlock } from '../sse.ts'

/** One reader of a tenant's stream that comes back with its last id whenever the stream ends. */
export interface StreamReader {
  /** Positions (offsets) between which the stream has said that it can't go on: to be fetched from history. */
  readonly gaps: readonly { after: number; upTo: number }[]
  /** How often each value was in an event. */
  readonly values: ReadonlyMap<number, number>
  /** Offsets of the first id and of the last one. */
  span(): { from: number; to: number } | undefined
  readonly reconnects: number
  stop(): Promise<void>
}

const settings = { retryMs: 250, silentMs: 25_000, lookMs: 100 }

/** `url` is asked for at each attempt: the gateways take turns. */
export function startReader(url: () => string, token: string): StreamReader {
  const gaps: { after: number; upTo: number }[] = []
  const values = new Map<number, number>()
  const stopping = new AbortController()
  let first: number | undefined
  let last: string | undefined
  let lastOffset = -1
  let connections = 0

  function take({ event, id, data }: SseBlock): void {
    const offset = id === undefined ? undefined : parsePosition(id)?.offset
    if (offset === undefined) return
    if (first === undefined) first = offset
    else if (event === 'resync') gaps.push({ after: lastOffset, upTo: offset })
    last = id
    lastOffset = offset
    if (event !== 'points' || data === undefined) return
    for (const value of JSON.parse(data).x) values.set(value, (values.get(value) ?? 0) + 1)
  }

  async function follow(): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, ...(last !== undefined && { 'last-event-id': last }) }
    using stream = await openSse(url(), headers)
    if (stream.status !== 200) return
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
      await follow().catch(() => undefined)
      await sleep(settings.retryMs)
    }
  }
  const running = run()
  return {
    gaps,
    values,
    span: () => (first === undefined ? undefined : { from: first, to: lastOffset }),
    get reconnects() {
      return Math.max(0, connections - 1)
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

export interface StreamVerdict {
  readonly points: number
  readonly lost: number
  readonly doubled: number
  readonly resyncs: number
  readonly reconnects: number
}

/** Every point stored inside the span must have come once, except inside the gaps that were told. */
export function judgeStream(
  reader: StreamReader,
  rows: readonly { offset: number; value: number }[],
): StreamVerdict {
  const span = reader.span() ?? { from: Number.POSITIVE_INFINITY, to: -1 }
  const inGap = (offset: number) => reader.gaps.some(({ after, upTo }) => offset > after && offset <= upTo)
  let lost = 0
  for (const { offset, value } of rows) {
    const due = offset > span.from && offset <= span.to && !inGap(offset)
    if (due && !reader.values.has(value)) lost++
  }
  let doubled = 0
  for (const times of reader.values.values()) doubled += times - 1
  const { reconnects } = reader
  return { points: reader.values.size, lost, doubled, resyncs: reader.gaps.length, reconnects }
}
