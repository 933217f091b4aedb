import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@streamgauge/core/batch.ts'
import { ServerClock } from './server-clock.ts'
import type { StreamOptions } from './sse-stream.ts'
import { TenantFeed } from './tenant-feed.ts'

const detail = {
  name: 'a',
  series_count: 1,
  ingest: { points_per_s: 1, lag_ms: 1, behind_records: 0, behind_ms: 0 },
  server_time: 5000,
  warnings: [],
}

function setup(agent?: string) {
  const opened: StreamOptions[] = []
  const seen: string[] = []
  const values: number[] = []
  const denied: number[] = []
  const feed = new TenantFeed({
    tenant: 'a',
    ...(agent && { agent }),
    clock: new ServerClock(() => 5000),
    readDetail: async () => detail,
    onDenied: (status) => denied.push(status),
    openStream: (options) => {
      opened.push(options)
      return { close: () => options.onState({ kind: 'closed' }), retryNow: () => seen.push('retry') }
    },
  })
  feed.listen({
    points: (position, batch) => {
      seen.push(`${position.partition}:${position.offset}`)
      values.push(...batch.x)
    },
    hole: (from) => seen.push(`hole from ${from}`),
    agent: ({ agent_id, status }) => seen.push(`${agent_id} ${status}`),
    alert: ({ id, to }) => seen.push(`alert ${id} ${to}`),
    missed: () => seen.push('missed'),
  })
  feed.resume()
  const last = () => opened[opened.length - 1]
  return {
    feed,
    opened,
    seen,
    values,
    denied,
    connect: () => last().onState({ kind: 'connecting' }),
    open: () => last().onState({ kind: 'open' }),
    agent: (state: object) => last().onEvent({ id: undefined, event: 'agent', data: JSON.stringify(state) }),
    alert: (data: object) => last().onEvent({ id: undefined, event: 'alert', data: JSON.stringify(data) }),
    id: (id: string) => last().onEvent({ id, event: 'message', data: null }),
    points: (id: string, received: number) => {
      const batch: Batch = {
        v: 1,
        tenant: 'a',
        received,
        series: [['m', null, {}]],
        s: [0],
        t: [received],
        x: [1],
      }
      last().onEvent({ id, event: 'points', data: JSON.stringify(batch) })
    },
    /** One point of each of these agents, whose values are 0, 1, 2, … */
    series: (id: string, agents: readonly (string | null)[]) => {
      const places = agents.map((_, i) => i)
      const batch: Batch = {
        v: 1,
        tenant: 'a',
        received: 4000,
        series: agents.map((agent, i) => ['m', agent, { i: String(i) }]),
        s: places,
        t: places.map(() => 4000),
        x: places,
      }
      last().onEvent({ id, event: 'points', data: JSON.stringify(batch) })
    },
    resync: (id: string) => last().onEvent({ id, event: 'resync', data: '{"reason":"too_old"}' }),
    [Symbol.dispose]: () => feed.suspend(),
  }
}

test('the first id says where the events begin', async () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  await s.feed.ready
  assert.deepEqual(s.feed.start, { partition: 3, offset: 7 })
  s.points('3:8', 4000)
  assert.deepEqual(s.seen, ['3:8'])
})

test('a resumed connection leaves no hole', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.points('3:8', 4000)
  s.connect()
  s.id('3:8')
  s.points('3:9', 4100)
  assert.deepEqual(s.seen, ['3:8', '3:9'])
  assert.deepEqual(s.feed.start, { partition: 3, offset: 7 })
})

test('a stream that could not be resumed reports its hole once, from before the last event', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.points('3:8', 40_000)
  s.connect()
  s.id('3:50')
  s.resync('3:50')
  s.points('3:51', 90_000)
  assert.deepEqual(s.seen, ['3:8', 'hole from 30000', 'missed', '3:51'])
  assert.deepEqual(s.feed.start, { partition: 3, offset: 50 })
})

test('a connection that begins beyond what was seen leaves a hole, even if nobody says so', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.points('3:8', 40_000)
  s.connect()
  s.id('3:50')
  s.points('3:51', 90_000)
  assert.deepEqual(s.seen, ['3:8', 'hole from 30000', 'missed', '3:51'])
})

test('a resync in the middle of a stream reports a hole each time', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.points('3:8', 40_000)
  s.resync('3:20')
  s.points('3:21', 41_000)
  s.resync('3:30')
  assert.deepEqual(s.seen, ['3:8', 'hole from 30000', 'missed', '3:21', 'hole from 31000', 'missed'])
})

test('after a rest it goes on from the last position', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.points('3:8', 4000)
  s.id('3:12')
  s.feed.suspend()
  s.feed.resume()
  assert.equal(s.opened[1].lastEventId, '3:12')
})

test('reopening below the start asks for the events between', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.feed.reopen({ partition: 3, offset: 5 })
  assert.equal(s.opened[1].lastEventId, '3:5')
  s.connect()
  s.id('3:5')
  s.points('3:6', 4000)
  assert.deepEqual(s.seen, ['3:6'])
})

test('the time that the server tells with the stream sets the clock, before anything is asked of it', () => {
  using s = setup()
  s.opened[0].onState({ kind: 'open', ahead: { least: 3_599_990, most: 3_600_010 } })
  assert.equal(s.feed.clock.now(), 5000 + 3_600_000)
})

test('a refusal is passed on', () => {
  using s = setup()
  s.opened[0].onState({ kind: 'denied', status: 401, reason: 'Revoked.' })
  assert.deepEqual(s.denied, [401])
})

test('a change of an agent is passed on and moves no position', () => {
  using s = setup()
  s.connect()
  s.id('3:7')
  s.agent({ agent_id: 'web-1', status: 'offline' })
  s.feed.suspend()
  s.feed.resume()
  assert.deepEqual(s.seen, ['web-1 offline'])
  assert.equal(s.opened[1].lastEventId, '3:7')
})

test('opening again says so, opening for the first time does not', () => {
  using s = setup()
  s.connect()
  s.open()
  assert.deepEqual(s.seen, [])
  s.connect()
  s.open()
  assert.deepEqual(s.seen, ['missed'])
})

test('the feed of one agent reads the stream of the tenant and passes on what is about the agent', () => {
  using s = setup('web-1')
  assert.equal(s.opened[0].url, '/api/v1/stream/a')
  s.connect()
  s.id('3:7')
  s.series('3:8', ['web-1', 'web-2', null, 'web-1'])
  s.series('3:9', ['web-2', null])
  s.agent({ agent_id: 'web-2', status: 'late' })
  s.agent({ agent_id: 'web-1', status: 'offline' })
  s.alert({ id: 1, to: 'FIRING', series: ['m', null, {}] })
  s.alert({ id: 2, to: 'FIRING', series: ['m', 'web-1', {}] })
  assert.deepEqual(s.seen, ['3:8', 'web-1 offline', 'alert 2 FIRING'])
  assert.deepEqual(s.values, [0, 3])
  s.feed.suspend()
  s.feed.resume()
  assert.equal(s.opened[1].lastEventId, '3:9')
})

test('without a place for its stream it says so, and what waits for the stream goes on', async () => {
  using s = setup()
  s.opened[0].onState({ kind: 'crowded', most: 4 })
  await s.feed.ready
  assert.deepEqual(s.feed.stream, { kind: 'crowded', most: 4 })
})

test('an alert is told as it comes, and moves no position', () => {
  const { feed, seen, id, alert, points } = setup()
  id('0:5')
  alert({ id: 7, to: 'FIRING' })
  points('0:6', 5000)
  feed.suspend()
  assert.deepEqual(seen, ['alert 7 FIRING', '0:6'])
})
