import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Watch } from '../live/watch.ts'
import { makeFilter } from './filter.ts'
import { batchOf, entryOf } from './fixture.ts'
import { Reader, readerDefaults } from './reader.ts'
import { ReplayRing } from './ring.ts'
import { Views } from './views.ts'

/** A stream over a ring whose partition 3 was read up to 9, with a socket that can be blocked. */
function setup(options: { metrics?: string[]; keep?: number } = {}) {
  const ring = new ReplayRing({ keepMs: 60_000, tenantBytes: options.keep ?? 1e9, totalBytes: 1e9 })
  ring.anchor(3, 9)
  const written: string[] = []
  const watch = new Watch()
  const socket = { flows: true }
  const reader = new Reader({
    partition: 3,
    tenant: 'a',
    filter: makeFilter(options.metrics ?? [], []),
    ring,
    views: new Views(),
    watch,
    sink: {
      write: (frame) => {
        written.push(brief(frame.toString()))
        return socket.flows
      },
    },
  })
  const add = (src: number, metric = 'cpu', tenant = 'a') =>
    ring.add(tenant, entryOf(batchOf(tenant, src, metric), src))
  const take = () => written.splice(0)
  const tell = (agent: string, status: 'online' | 'late') =>
    watch.tell({ agent, state: { status, reason: null, lastSeen: null, intervalMs: null } })
  return { ring, reader, socket, add, take, tell }
}

/** `points 3:12 [11 12]`, `resync 3:12 slow` or `id 3:12`. */
function brief(frame: string): string {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1]
  if (field('event') === 'agent') {
    const agents = [...frame.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json))
    return agents.map(({ agent_id, status }) => `${agent_id} ${status}`).join(', ')
  }
  const data = JSON.parse(field('data') ?? 'null')
  if (!data) return `id ${field('id')}`
  return `${field('event')} ${field('id')} ${data.reason ?? `[${data.x.join(' ')}]`}`
}

test('a stream names where it starts and then sends each record as it comes', () => {
  const { reader, add, take } = setup()
  reader.open(undefined, 0)
  assert.deepEqual(take(), ['id 3:9'])
  for (const src of [10, 11]) {
    add(src)
    reader.pump(0)
  }
  assert.deepEqual(take(), ['points 3:10 [10]', 'points 3:11 [11]'])
})

test('a stream resumed from a position starts there and gets what lies above it', () => {
  const { reader, add, take } = setup()
  add(10)
  add(11)
  add(12)
  reader.open('3:10', 0)
  assert.deepEqual(take(), ['id 3:10', 'points 3:12 [11 12]'])
})

const refused: [lastEventId: string, reason: string][] = [
  ['3:13', 'ahead'],
  ['4:10', 'other_partition'],
  ['3:9', 'too_old'],
  ['3:-1', 'too_old'],
  ['yesterday', 'unknown_position'],
]
for (const [lastEventId, reason] of refused) {
  test(`resuming from ${lastEventId} when 3:11 and 3:12 are held: resync, ${reason}, then live`, () => {
    const { reader, add, take } = setup({ keep: 2 * entryOf(batchOf('a', 10), 10).frame.length })
    for (const src of [10, 11, 12]) add(src)
    reader.open(lastEventId, 0)
    assert.deepEqual(take(), ['id 3:12', `resync 3:12 ${reason}`])
    add(13)
    reader.pump(0)
    assert.deepEqual(take(), ['points 3:13 [13]'])
  })
}

test('a replay without an event for this tenant names the head at once', () => {
  const { reader, add, take } = setup()
  for (const src of [10, 11, 12]) add(src, 'cpu', 'b')
  reader.open('3:10', 0)
  assert.deepEqual(take(), ['id 3:10', 'id 3:12'])
})

test('the head itself and the place just below the ring can be resumed from', () => {
  const { reader, add, take } = setup()
  add(10)
  reader.open('3:10', 0)
  assert.deepEqual(take(), ['id 3:10'])
  const other = setup()
  other.add(10)
  other.reader.open('3:9', 0)
  assert.deepEqual(other.take(), ['id 3:9', 'points 3:10 [10]'])
})

test('records that come while the socket is blocked are sent as one event when it flows again', () => {
  const { reader, socket, add, take } = setup()
  socket.flows = false
  reader.open(undefined, 0)
  for (const src of [10, 11, 12]) {
    add(src)
    reader.pump(0)
  }
  assert.deepEqual(take(), ['id 3:9'])
  socket.flows = true
  reader.drained(0)
  assert.deepEqual(take(), ['points 3:12 [10 11 12]'])
})

test('one event holds whole records up to the coalescing bound', () => {
  const { reader, socket, add, take } = setup()
  socket.flows = false
  reader.open(undefined, 0)
  const each = entryOf(batchOf('a', 1000), 1000).frame.length
  const fits = Math.floor(readerDefaults.coalesceBytes / each)
  for (let i = 0; i <= fits; i++) add(1000 + i)
  socket.flows = true
  reader.drained(0)
  const events = take().filter((event) => !event.startsWith('id'))
  assert.equal(events.length, 2)
  assert.match(events[0], new RegExp(`^points 3:${1000 + fits - 1} `))
  assert.equal(events[1], `points 3:${1000 + fits} [${1000 + fits}]`)
})

test('a live reader too far behind gets resync when it drains, and only what comes after it', () => {
  const { reader, socket, add, take } = setup()
  reader.open(undefined, 0)
  socket.flows = false
  add(1000)
  reader.pump(0)
  const each = entryOf(batchOf('a', 1000), 1000).frame.length
  const last = 1001 + Math.ceil(readerDefaults.behindBytes / each)
  for (let src = 1001; src <= last; src++) {
    add(src)
    reader.pump(0)
  }
  add(last + 1)
  socket.flows = true
  reader.drained(0)
  assert.deepEqual(take(), ['id 3:9', 'points 3:1000 [1000]', `resync 3:${last + 1} slow`])
  add(last + 2)
  reader.pump(0)
  assert.deepEqual(take(), [`points 3:${last + 2} [${last + 2}]`])
})

test('what a resumed stream has to catch up with may be longer than a live reader may fall behind', () => {
  const { reader, socket, add, take } = setup()
  const each = entryOf(batchOf('a', 1000), 1000).frame.length
  const last = 1000 + Math.ceil((2 * readerDefaults.behindBytes) / each)
  for (let src = 1000; src < last; src++) add(src)
  socket.flows = false
  reader.open('3:9', 0)
  add(last)
  reader.pump(0)
  socket.flows = true
  reader.drained(0)
  const events = take()
  assert.equal(events[0], 'id 3:9')
  assert.ok(events.slice(1).every((event) => event.startsWith('points ')))
  assert.match(events.at(-1) ?? '', new RegExp(`^points 3:${last} `))
})

test('a reader whose place left the ring gets resync', () => {
  const { reader, socket, add, take } = setup({ keep: 2 * entryOf(batchOf('a', 10), 10).frame.length })
  socket.flows = false
  reader.open(undefined, 0)
  for (const src of [10, 11, 12]) add(src)
  socket.flows = true
  reader.drained(0)
  assert.deepEqual(take(), ['id 3:9', 'resync 3:12 slow'])
})

test('a filtered stream gets its points only, and heartbeats carry the head past what it did not want', () => {
  const { reader, add, take } = setup({ metrics: ['mem'] })
  reader.open(undefined, 0)
  add(10, 'cpu')
  reader.pump(0)
  add(11, 'mem')
  reader.pump(0)
  add(12, 'cpu')
  add(13, 'cpu', 'someone else')
  reader.pump(0)
  reader.beat(0)
  assert.deepEqual(take(), ['id 3:9', 'points 3:11 [11]', 'id 3:13'])
})

test('a heartbeat never jumps over points that wait', () => {
  const { reader, socket, add, take } = setup()
  reader.open(undefined, 0)
  add(10)
  reader.beat(0)
  assert.deepEqual(take(), ['id 3:9', 'points 3:10 [10]', 'id 3:10'])
  socket.flows = false
  reader.beat(0)
  add(11)
  reader.beat(0)
  assert.deepEqual(take(), ['id 3:10'])
})

test('after a hole the stream resyncs to the new head', () => {
  const { ring, reader, add, take } = setup()
  reader.open(undefined, 0)
  ring.anchor(3, 49)
  reader.lose('hole')
  reader.pump(0)
  add(50)
  reader.pump(0)
  assert.deepEqual(take(), ['id 3:9', 'resync 3:49 hole', 'points 3:50 [50]'])
})

test('changes of agents are told after the points that wait', () => {
  const { reader, add, take, tell } = setup()
  reader.open(undefined, 0)
  take()
  tell('web-1', 'late')
  add(10)
  reader.pump(0)
  assert.deepEqual(take(), ['points 3:10 [10]', 'web-1 late'])
  reader.pump(0)
  assert.deepEqual(take(), [])
})

test('a blocked stream is told the last state of each agent when its socket takes bytes again', () => {
  const { reader, socket, add, take, tell } = setup()
  reader.open(undefined, 0)
  socket.flows = false
  add(10)
  reader.pump(0)
  take()
  tell('web-1', 'late')
  tell('web-2', 'late')
  tell('web-1', 'online')
  add(11)
  reader.pump(0)
  assert.deepEqual(take(), [])
  socket.flows = true
  reader.drained(0)
  assert.deepEqual(take(), ['points 3:11 [11]', 'web-1 online, web-2 late'])
})
