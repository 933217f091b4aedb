import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SharedStream } from './shared-stream.ts'
import type { SseEvent } from './sse-parse.ts'
import type { StreamHandle, StreamOptions, StreamState } from './sse-stream.ts'

const place = (id: string | undefined) => Number(id?.split(':')[1])

/** A server with a log of positions 1, 2, 3, … that answers a stream as the gateway does; connections can be cut. */
class Server {
  head = 0
  /** Positions that hold an event for this tenant. */
  readonly events = new Set<number>()
  readonly open = new Set<Connection>()
  /** The most connections at once, and all that there were. */
  most = 0
  total = 0
  /** What is no longer remembered. */
  floor = 0
  denied = false

  publish(isEvent = true): void {
    this.head++
    if (!isEvent) return
    this.events.add(this.head)
    for (const connection of [...this.open]) connection.send(this.head)
  }

  tell(event: string, data: object): void {
    for (const { options } of this.open) options.onEvent({ id: undefined, event, data: JSON.stringify(data) })
  }

  cut(): void {
    for (const connection of [...this.open]) connection.reconnect()
  }

  /** Lets nobody read any more. */
  deny(): void {
    this.denied = true
    for (const { options, close } of [...this.open]) {
      close()
      options.onState({ kind: 'denied', status: 401, reason: 'Revoked.' })
    }
  }
}

class Connection implements StreamHandle {
  readonly options: StreamOptions
  readonly #server: Server
  #last: number | undefined
  #open = true
  retries = 0

  constructor(server: Server, options: StreamOptions) {
    this.#server = server
    this.options = options
    this.#last = options.lastEventId === undefined ? undefined : place(options.lastEventId)
    this.reconnect()
  }

  /** What it says comes later, as from any server. */
  reconnect(): void {
    this.#server.open.delete(this)
    this.options.onState({ kind: 'connecting' })
    setImmediate(() => this.#open && this.#greet())
  }

  send(offset: number): void {
    this.#last = offset
    this.options.onEvent({ id: `1:${offset}`, event: 'points', data: `{"x":${offset}}` })
  }

  close = (): void => {
    this.#open = false
    this.#server.open.delete(this)
  }

  retryNow(): void {
    this.retries++
  }

  #greet(): void {
    const server = this.#server
    if (server.denied) {
      this.options.onState({ kind: 'denied', status: 401, reason: 'Revoked.' })
      return
    }
    server.open.add(this)
    server.total++
    server.most = Math.max(server.most, server.open.size)
    const known = this.#last !== undefined && this.#last >= server.floor && this.#last <= server.head
    const from = known && this.#last !== undefined ? this.#last : server.head
    this.options.onState({ kind: 'open' })
    this.options.onEvent({ id: `1:${from}`, event: 'message', data: null })
    if (this.#last !== undefined && !known)
      this.options.onEvent({ id: `1:${from}`, event: 'resync', data: '{}' })
    this.#last = from
    for (let offset = from + 1; this.#open && offset <= server.head; offset++)
      if (server.events.has(offset)) this.send(offset)
    if (this.#open) this.options.onEvent({ id: `1:${server.head}`, event: 'message', data: null })
  }
}

interface Tab {
  readonly stream: SharedStream
  readonly events: SseEvent[]
  readonly states: StreamState[]
  /** Positions of the points it was given, in their order. */
  readonly points: () => number[]
  /** The position it began at. */
  readonly start: () => number
}

function setup(
  name = randomUUID(),
  server = new Server(),
  locks: Pick<LockManager, 'request'> = navigator.locks,
) {
  const tabs: Tab[] = []
  const join = (options: { lastEventId?: string; answerMs?: number; silentMs?: number } = {}): Tab => {
    const events: SseEvent[] = []
    const states: StreamState[] = []
    const stream = new SharedStream({
      ...options,
      url: 'http://gauge/',
      name,
      locks,
      open: (own) => new Connection(server, own),
      onEvent: (event) => events.push(event),
      onState: (state) => states.push(state),
    })
    const tab: Tab = {
      stream,
      events,
      states,
      points: () => events.filter(({ event }) => event === 'points').map(({ id }) => place(id)),
      start: () => place(events.find(({ id }) => id !== undefined)?.id),
    }
    tabs.push(tab)
    return tab
  }
  return {
    name,
    server,
    join,
    [Symbol.dispose]() {
      for (const { stream } of tabs) stream.close()
    },
  }
}

const until = async (what: string, met: () => boolean) => {
  const end = Date.now() + 20_000
  while (!met()) {
    assert.ok(Date.now() < end, what)
    await delay(2)
  }
}

const opened = (tab: Tab) => until('it is open', () => tab.states.at(-1)?.kind === 'open')
const has = (tab: Tab, offset: number) => until(`it has ${offset}`, () => tab.points().includes(offset))

/** Everything above where it began, in order and once. */
function whole(tab: Tab, server: Server): void {
  assert.deepEqual(
    tab.points(),
    [...server.events].filter((offset) => offset > tab.start()),
  )
}

test('eight tabs hear everything by one connection', async () => {
  using s = setup()
  const tabs = Array.from({ length: 8 }, () => s.join())
  for (const tab of tabs) await opened(tab)
  for (let i = 0; i < 20; i++) s.server.publish()
  for (const tab of tabs) {
    await has(tab, 20)
    whole(tab, s.server)
  }
  assert.deepEqual([s.server.most, s.server.total], [1, 1])
})

test('one that comes later begins where the stream is, and one that was away gets what it missed', async () => {
  using s = setup()
  const first = s.join()
  await opened(first)
  for (let i = 0; i < 5; i++) s.server.publish()
  const fresh = s.join()
  const back = s.join({ lastEventId: '1:2' })
  await Promise.all([opened(fresh), opened(back)])
  s.server.publish()
  await Promise.all([has(fresh, 6), has(back, 6)])
  assert.deepEqual(fresh.points(), [6])
  assert.deepEqual(back.points(), [3, 4, 5, 6])
  assert.equal(s.server.total, 1)
})

test('what lies before the leader’s memory is read from the server, then the connection is given back', async () => {
  using s = setup()
  for (let i = 0; i < 5; i++) s.server.publish()
  await opened(s.join())
  const back = s.join({ lastEventId: '1:2' })
  await has(back, 5)
  await until('one connection is left', () => s.server.open.size === 1)
  s.server.publish()
  await has(back, 6)
  whole(back, s.server)
  assert.deepEqual([s.server.total, s.server.open.size], [2, 1])
})

test('what the server has forgotten as well is a resync for him who missed it, and for nobody else', async () => {
  using s = setup()
  for (let i = 0; i < 5; i++) s.server.publish()
  const first = s.join()
  await opened(first)
  s.server.floor = 5
  const back = s.join({ lastEventId: '1:2' })
  await until('it is told', () => back.events.some(({ event }) => event === 'resync'))
  await until('one connection is left', () => s.server.open.size === 1)
  s.server.publish()
  await Promise.all([has(first, 6), has(back, 6)])
  assert.deepEqual(back.points(), [6])
  assert.ok(!first.events.some(({ event }) => event === 'resync'))
})

test('the leader goes while points flow: another takes over, nothing is missing or doubled', async () => {
  using s = setup()
  const tabs = [s.join()]
  await opened(tabs[0])
  for (let i = 1; i < 6; i++) tabs.push(s.join())
  for (const tab of tabs) await opened(tab)
  const flow = setInterval(() => s.server.publish(Math.random() < 0.7), 1)
  for (const leader of tabs.slice(0, 5)) {
    await delay(15)
    const before = s.server.total
    leader.stream.close()
    await until('another connection', () => s.server.total > before)
  }
  await delay(15)
  clearInterval(flow)
  s.server.publish()
  const last = tabs[5]
  await has(last, s.server.head)
  whole(last, s.server)
  assert.equal(s.server.open.size, 1)
})

test('whatever happens in whatever order, each has what it should, once and in order', async () => {
  let seed = 7
  const random = (most: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed % most
  }
  for (let round = 0; round < 6; round++) {
    using s = setup()
    const tabs = new Set([s.join(), s.join()])
    for (let turn = 0; turn < 60; turn++) {
      const what = random(12)
      const some = [...tabs][random(tabs.size)]
      if (what < 6) s.server.publish(what < 5)
      else if (what === 6 && tabs.size < 8) tabs.add(s.join())
      else if (what === 7 && tabs.size < 8)
        tabs.add(s.join({ lastEventId: `1:${random(s.server.head + 1)}` }))
      else if (what === 8 && tabs.size > 1) {
        some.stream.close()
        tabs.delete(some)
      } else if (what === 9) s.server.cut()
      // somebody takes the lock away, as from a tab that is frozen
      else if (what === 10) await navigator.locks.request(s.name, { steal: true }, () => undefined)
      else await delay(random(3))
    }
    for (const tab of tabs) await until('it has begun', () => tab.start() >= 0)
    s.server.publish()
    for (const tab of tabs) {
      await has(tab, s.server.head)
      whole(tab, s.server)
    }
    await until('one connection', () => s.server.open.size === 1)
  }
})

test('a leader that does not answer is replaced, and follows when it wakes up', async () => {
  using s = setup()
  // it holds the lock and says nothing
  const woken = Promise.withResolvers<void>()
  let stolen = false
  const frozen = navigator.locks
    .request(s.name, () => woken.promise)
    .catch(() => {
      stolen = true
    })
  const tab = s.join({ answerMs: 30 })
  await opened(tab)
  s.server.publish()
  await has(tab, 1)
  woken.resolve()
  await frozen
  assert.ok(stolen)
})

test('what a leader says that has seen less is not given twice', async () => {
  using s = setup()
  const done = Promise.withResolvers<void>()
  const held = navigator.locks.request(s.name, () => done.promise)
  const leader = new BroadcastChannel(s.name)
  const say = (talk: object) => leader.postMessage({ ...talk, from: 'leader' })
  const points = (offset: number) => ({ id: `1:${offset}`, event: 'points', data: '{}' })
  leader.onmessage = ({ data }: MessageEvent) => {
    if (data.kind !== 'join') return
    const told = { state: { kind: 'open' }, since: 1 }
    say({ kind: 'welcome', to: data.from, start: '1:5', events: [points(6), points(7)], ...told })
    for (const event of [{ id: '1:6', event: 'message', data: null }, points(7), points(8)])
      say({ kind: 'event', event })
  }
  const tab = s.join({ lastEventId: '1:5' })
  try {
    await has(tab, 8)
    assert.deepEqual(tab.points(), [6, 7, 8])
    assert.deepEqual(
      tab.events.map(({ id }) => id),
      ['1:5', '1:6', '1:7', '1:7', '1:8'],
    )
  } finally {
    tab.stream.close()
    leader.close()
    done.resolve()
    await held
  }
})

test('where locks are refused it reads for itself, asks for no more of them and says nothing to others', async () => {
  let requests = 0
  // as in a sandboxed frame, whose origin is nobody's
  const request = () => {
    requests++
    return Promise.reject(new DOMException('Access to the Locks API is denied.', 'SecurityError'))
  }
  using s = setup(undefined, undefined, { request })
  const said: string[] = []
  const channel = new BroadcastChannel(s.name)
  channel.onmessage = ({ data }: MessageEvent) => said.push(data.kind)
  const tabs = [s.join({ answerMs: 20, silentMs: 20 }), s.join({ answerMs: 20, silentMs: 20 })]
  for (const tab of tabs) await opened(tab)
  for (let i = 0; i < 10; i++) s.server.publish()
  for (const tab of tabs) {
    await has(tab, 10)
    whole(tab, s.server)
  }
  // whoever leads elsewhere is nobody to follow
  channel.postMessage({ kind: 'lead', from: 'leader' })
  await delay(100)
  s.server.publish()
  for (const tab of tabs) await has(tab, 11)
  tabs[0].stream.retryNow()
  assert.deepEqual(
    [...s.server.open].map(({ retries }) => retries),
    [1, 0],
  )
  channel.close()
  assert.equal(requests, 2)
  assert.equal(s.server.total, 2)
  assert.deepEqual(new Set(said), new Set(['join']))
})

test('a leader that falls silent is asked, and stays when it answers', async () => {
  using s = setup()
  const first = s.join()
  await opened(first)
  const second = s.join({ silentMs: 10, answerMs: 10_000 })
  await opened(second)
  await delay(100)
  s.server.publish()
  await has(second, 1)
  assert.equal(s.server.total, 1)
})

test('a refusal ends it for all', async () => {
  using s = setup()
  const tabs = [s.join(), s.join(), s.join()]
  for (const tab of tabs) await opened(tab)
  s.server.deny()
  for (const tab of tabs)
    await until('it is told', () =>
      tab.states.some((state) => state.kind === 'denied' && state.status === 401),
    )
  assert.equal(s.server.open.size, 0)
})

test('a cut connection is told to all, and what comes without a place reaches all', async () => {
  using s = setup()
  const [first, second] = [s.join(), s.join()]
  await Promise.all([opened(first), opened(second)])
  const before = second.states.length
  s.server.cut()
  await until('it is told of the new connection', () => second.states.length >= before + 2)
  assert.deepEqual(
    second.states.slice(before).map(({ kind }) => kind),
    ['connecting', 'open'],
  )
  await until('the server has it', () => s.server.open.size === 1)
  s.server.tell('alert', { id: 3 })
  for (const tab of [first, second])
    await until('it hears', () =>
      tab.events.some(({ event, data }) => event === 'alert' && data === '{"id":3}'),
    )
})

test('whoever looks again ends the wait of the connection, whichever tab holds it', async () => {
  using s = setup()
  const [first, second] = [s.join(), s.join()]
  await Promise.all([opened(first), opened(second)])
  for (const tab of [first, second]) tab.stream.retryNow()
  const [connection] = s.server.open
  await until('it is told twice', () => connection.retries === 2)
})

test('streams of different names have nothing to do with each other', async () => {
  using one = setup()
  using two = setup(randomUUID(), one.server)
  await Promise.all([opened(one.join()), opened(two.join())])
  assert.equal(one.server.open.size, 2)
})
