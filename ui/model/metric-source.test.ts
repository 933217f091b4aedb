import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as flushed } from 'node:timers/promises'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { parsePosition } from '@streamgauge/core/position.ts'
import { ApiError } from '../api/client.ts'
import type { History, StoredBatch } from '../api/types.ts'
import { MetricModel } from './metric-model.ts'
import { type HistoryAsk, MetricSource } from './metric-source.ts'
import { ServerClock } from './server-clock.ts'
import type { Span } from './span.ts'
import type { StreamOptions } from './sse-stream.ts'
import { TenantFeed } from './tenant-feed.ts'

const now = 1_790_000_000_000
const hour = 3_600_000

/** One series in a log of positions 1, 2, 3, …, read and streamed as the gateway does. */
class Server {
  readonly points: { readonly t: number; readonly x: number }[] = []
  /** Points of an answer; of more, some are left out. */
  most = 4_000
  /** Windows lack this many of the last positions. */
  windowsLag = 0
  /** Other series that there were before. */
  elders = { count: 0, speak: false }
  fault: Error | undefined
  streams = 0
  readonly asks: HistoryAsk[] = []
  #stream: StreamOptions | undefined

  publish(t: number, x: number): void {
    this.points.push({ t, x })
    this.#send(this.points.length)
  }

  connect(options: StreamOptions) {
    this.streams++
    this.#stream = options
    const after = parsePosition(options.lastEventId ?? '')?.offset ?? this.points.length
    options.onState({ kind: 'open' })
    options.onEvent({ id: `3:${after}`, event: 'message', data: null })
    for (let offset = after + 1; offset <= this.points.length; offset++) this.#send(offset)
    return { close: () => {}, retryNow: () => {} }
  }

  /** Points come that the stream does not tell of, because it was cut for too long. */
  cut(unheard: () => void): void {
    const stream = this.#stream
    this.#stream = undefined
    unheard()
    this.#stream = stream
    stream?.onState({ kind: 'connecting' })
    stream?.onEvent({ id: `3:${this.points.length}`, event: 'resync', data: '{}' })
  }

  async read(ask: HistoryAsk): Promise<History> {
    this.asks.push(ask)
    if (this.fault) throw this.fault
    const series_total = this.elders.count + 1
    const history = { ...this.#read(ask), series_total }
    return { ...history, batch: this.#among(history.batch, ask.maxSeries) }
  }

  /** The first series that match: the elders come before the one of the log. */
  #among(batch: StoredBatch, maxSeries: number): StoredBatch {
    const { count, speak } = this.elders
    const names = Array.from({ length: count }, (_, i): SeriesName => ['m', `elder-${i}`, {}])
    const series = [...names, ...batch.series].slice(0, maxSeries)
    const own = series.length > count
    const spoken = speak ? names.slice(0, maxSeries).map((_, i) => i) : []
    return {
      ...batch,
      series,
      s: [...spoken, ...(own ? batch.s.map(() => count) : [])],
      t: [...spoken.map(() => now - 1), ...(own ? batch.t : [])],
      x: [...spoken, ...(own ? batch.x : [])],
    }
  }

  #read(ask: HistoryAsk): Omit<History, 'series_total'> {
    const { from, to = Number.POSITIVE_INFINITY, stepMs } = ask
    const windows = ask.resolution === 'auto' && Math.min(to, now) - from > hour
    const head = this.points.length - (windows ? this.windowsLag : 0)
    const points = this.points.slice(0, head).filter(({ t }) => t >= from && t < to)
    const as_of = `3:${head}`
    if (windows)
      return { resolution: '1m', step_ms: 60_000, thinned: false, as_of, batch: steps(points, 60_000) }
    if (stepMs)
      return { resolution: 'raw', step_ms: stepMs, thinned: true, as_of, batch: steps(points, stepMs) }
    const thinned = points.length > this.most
    const batch = columns(thinned ? points.filter((_, i) => i % 7 === 0) : points)
    return { resolution: 'raw', step_ms: thinned ? 1 : null, thinned, as_of, batch }
  }

  #send(offset: number): void {
    const data = JSON.stringify(columns([this.points[offset - 1]]))
    this.#stream?.onEvent({ id: `3:${offset}`, event: 'points', data })
  }
}

type Points = Server['points']

function columns(points: Points): StoredBatch {
  const t = points.map((point) => point.t)
  const x = points.map((point) => point.x)
  return { v: 1, tenant: 'a', received: t.at(-1) ?? now, series: [['m', null, {}]], s: t.map(() => 0), t, x }
}

function steps(points: Points, stepMs: number): StoredBatch {
  const all = [...Map.groupBy(points, ({ t }) => t - (t % stepMs))].map(([t, inside]) => ({
    t,
    values: inside.map(({ x }) => x),
  }))
  const sum = all.map(({ values }) => values.reduce((a, b) => a + b))
  return {
    ...columns(all.map(({ t, values }, i) => ({ t, x: sum[i] / values.length }))),
    count: all.map(({ values }) => values.length),
    sum,
    min: all.map(({ values }) => Math.min(...values)),
    max: all.map(({ values }) => Math.max(...values)),
    last: all.map(({ values }) => values.at(-1) ?? Number.NaN),
  }
}

function setup(server: Server) {
  const feed = new TenantFeed({
    tenant: 'a',
    clock: new ServerClock(() => now),
    openStream: (options) => server.connect(options),
  })
  const model = new MetricModel('m', undefined, Number.POSITIVE_INFINITY)
  const source = new MetricSource({
    feed,
    model,
    readHistory: (ask) => server.read(ask),
    onPoints: () => {},
    onChange: () => {},
  })
  feed.resume()
  return {
    source,
    model,
    feed,
    async show(span: Span) {
      source.show(span)
      await flushed()
    },
    /** How many points each second of the line, or each of its windows, holds, and their sum. */
    get line() {
      const [line] = model.lines
      const held = new Map<number, { count: number; sum: number }>()
      for (let i = 0; i < (line?.ring.size ?? 0); i++) add(held, line.ring.time(i), line.ring.value(i))
      for (const { t, count, sum } of line?.steps?.rows ?? []) held.set(t, { count, sum })
      return held
    },
    [Symbol.dispose]() {
      source.close()
      feed.suspend()
    },
  }
}

function add(held: Map<number, { count: number; sum: number }>, t: number, x: number, stepMs = 1_000): void {
  const slot = t - (t % stepMs)
  const { count, sum } = held.get(slot) ?? { count: 0, sum: 0 }
  held.set(slot, { count: count + 1, sum: sum + x })
}

/** What the line must hold. */
function whole({ points }: Server, stepMs = 1_000) {
  const held: ReturnType<typeof setup>['line'] = new Map()
  for (const { t, x } of points) add(held, t, x, stepMs)
  return held
}

/** The first places where two lines are not the same. */
function differences(a: ReturnType<typeof whole>, b: ReturnType<typeof whole>) {
  const told = (line: typeof a, t: number) => `${line.get(t)?.count} points, sum ${line.get(t)?.sum}`
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((t) => told(a, t) !== told(b, t))
    .map((t) => `${t}: ${told(a, t)} instead of ${told(b, t)}`)
    .slice(0, 5)
}

/** Four points a second, of which few are high: their extremes lie far from their mean. */
function busy(server: Server, fromMs: number, count: number): void {
  for (let i = 0; i < count; i++) server.publish(fromMs + i * 250, i % 50 === 0 ? 100 : 1)
}

test('where points are too many for an answer, means and counts are still those of all of them', async () => {
  const server = new Server()
  const from = now - 2 * hour
  busy(server, from, 14_400)
  using s = setup(server)
  await s.show({ range: { from, to: from + hour } })
  assert.deepEqual(differences(s.line, whole(server)), [])
  assert.equal(s.source.resolution, '1s')
})

test('a live window of too many points is read and goes on as windows, also over a hole', async () => {
  const server = new Server()
  busy(server, now - hour, 14_000)
  using s = setup(server)
  await s.show({ windowMs: hour })
  server.publish(now - 1_000, 7)
  assert.deepEqual(differences(s.line, whole(server)), [])
  server.cut(() => server.publish(now - 500, 8))
  await flushed()
  assert.deepEqual(differences(s.line, whole(server)), [])
})

test('windows of points do not serve a shorter window, which has room for the points', async () => {
  const server = new Server()
  busy(server, now - hour, 14_000)
  using s = setup(server)
  await s.show({ windowMs: hour })
  await s.show({ windowMs: 300_000 })
  assert.equal(s.model.stepMs, 0)
  assert.equal(s.source.resolution, 'raw')
})

test('points in hand serve a shorter window without being read again', async () => {
  const server = new Server()
  using s = setup(server)
  await s.show({ windowMs: hour })
  await s.show({ windowMs: 300_000 })
  assert.equal(server.asks.length, 1)
})

test('what comes while a range is shown is there once when the line goes on', async () => {
  const server = new Server()
  busy(server, now - 60_000, 40)
  using s = setup(server)
  await s.show({ windowMs: 300_000 })
  await s.show({ range: { from: now - 60_000, to: now - 50_000 } })
  server.publish(now - 3_000, 1)
  s.source.show({ windowMs: 300_000 })
  server.publish(now - 2_000, 2)
  await flushed()
  server.publish(now - 1_000, 3)
  assert.deepEqual(differences(s.line, whole(server)), [])
})

test('a hole that comes while a range is shown is filled when the line goes on', async () => {
  const server = new Server()
  busy(server, now - 60_000, 40)
  using s = setup(server)
  await s.show({ range: { from: now - 60_000, to: now - 50_000 } })
  server.publish(now - 5_000, 1)
  server.cut(() => server.publish(now - 4_000, 2))
  server.publish(now - 3_000, 3)
  await s.show({ windowMs: 300_000 })
  assert.deepEqual(differences(s.line, whole(server)), [])
})

test('windows that end below the stream have the rest sent again, as often as others are shown', async () => {
  const server = new Server()
  server.windowsLag = 5
  busy(server, now - 600_000, 40)
  using s = setup(server)
  s.source.show({ windowMs: 24 * hour })
  server.publish(now - 590_000, 5)
  await flushed()
  assert.equal(server.streams, 2)
  assert.deepEqual(differences(s.line, whole(server, 60_000)), [])
  await s.show({ windowMs: 7 * 24 * hour })
  assert.deepEqual(differences(s.line, whole(server, 60_000)), [])
  // the events of the last half minute are at hand, those before are not
  for (let i = 0; i < 40; i++) server.publish(now - 100_000 + i * 2_000, i)
  server.windowsLag = 30
  await s.show({ windowMs: 24 * hour })
  assert.equal(server.streams, 3)
  assert.deepEqual(differences(s.line, whole(server, 60_000)), [])
})

test('of too many series the first are read, and it is told how many there are', async () => {
  const server = new Server()
  server.elders = { count: 30, speak: true }
  using s = setup(server)
  await s.show({ windowMs: 300_000 })
  assert.deepEqual([s.model.lines.length, s.source.unread, server.asks.length], [12, 19, 1])
})

test('series that have fallen silent do not hide those that speak', async () => {
  const server = new Server()
  server.elders = { count: 30, speak: false }
  busy(server, now - 60_000, 40)
  using s = setup(server)
  await s.show({ windowMs: 300_000 })
  assert.deepEqual(differences(s.line, whole(server)), [])
  assert.deepEqual([s.model.lines.length, s.source.unread], [1, 0])
})

test('what can never be answered is not asked again until something else is shown', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const server = new Server()
  server.fault = new ApiError(422, 'QUERY_TOO_LARGE', 'Too much', 'Ask for less.')
  using s = setup(server)
  await s.show({ windowMs: 300_000 })
  t.mock.timers.tick(3_600_000)
  await flushed()
  assert.deepEqual([server.asks.length, s.source.gaveUp], [1, true])
  server.fault = undefined
  await s.show({ windowMs: 900_000 })
  assert.deepEqual([s.source.error, s.source.gaveUp], [undefined, false])
})

test('windows that stay behind after a hole are read again until nothing is missing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const server = new Server()
  server.windowsLag = 5
  busy(server, now - 600_000, 40)
  using s = setup(server)
  await s.show({ windowMs: 24 * hour })
  server.cut(() => server.publish(now - 200_000, 1))
  for (let i = 0; i < 40; i++) {
    server.publish(now - 100_000 + i * 2_000, i)
    await flushed()
  }
  server.windowsLag = 20
  t.mock.timers.tick(10_000)
  await flushed()
  assert.deepEqual(differences(s.line, whole(server, 60_000)), [])
})
