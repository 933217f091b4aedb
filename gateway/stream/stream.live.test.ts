import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let bearer: { authorization: string }
let next = 1

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  bearer = { authorization: `Bearer ${(await whole.token('acme', 'ingest', 'read')).token}` }
})
after(() => whole[Symbol.asyncDispose]())

interface Point {
  metric_name: string
  value: number
  agent_id?: string
}

async function post(...points: Point[]): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify(points),
  })
  assert.equal(response.status, 202, await response.text())
}

/** Posts one point with a value that no other point has, and answers the value. */
async function postNext(metric_name = 'cpu', agent_id = 'web-1'): Promise<number> {
  const value = next++
  await post({ metric_name, value, agent_id })
  return value
}

function open(query = '', headers: Record<string, string> = {}) {
  return openSse(`${whole.url}/api/v1/stream/acme${query}`, { ...bearer, ...headers })
}

/** Open streams by the server's own gauge. */
async function openStreams(): Promise<number> {
  const text = await (await fetch(`${whole.url}/metrics`)).text()
  return Number(/^streamgauge_sse_streams (\d+)$/m.exec(text)?.[1])
}

const holds = (value: number) => (block: { data?: string | undefined }) =>
  block.data?.includes(`[${value}]`) === true

test('a stream names where it starts and carries what is posted from then on', async () => {
  {
    using first = await open()
    await first.find(holds(await postNext()))
  }
  using sse = await open()
  assert.equal(sse.status, 200)
  assert.equal(sse.headers['cache-control'], 'no-store, no-transform')
  assert.equal(sse.headers['x-accel-buffering'], 'no')
  const value = await postNext()
  const event = await sse.find(holds(value))
  const [opening] = sse.blocks
  assert.match(opening.id ?? '', /^\d+:-?\d+$/)
  assert.deepEqual([opening.event, opening.data], [undefined, undefined])
  assert.equal(event.event, 'points')
  assert.equal(Number(event.id?.split(':')[1]), Number(opening.id?.split(':')[1]) + 1)
  assert.deepEqual(
    sse.points().map(({ x }) => x),
    [value],
  )
})

test('points posted every 15 ms reach a stream, none lost and none twice', async () => {
  using sse = await open('?metric=often')
  await sse.find(({ id }) => id !== undefined)
  const posted: Promise<number>[] = []
  for (let i = 0; i < 200; i++) {
    posted.push(postNext('often'))
    await wait(15)
  }
  const values = await Promise.all(posted)
  await poll(async () => sse.points().length >= values.length)
  // They go over several connections at once, so the log's order need not be that of sending.
  const seen = sse.points().map(({ x }) => x)
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    values,
  )
})

test('a stream resumed after a restart of the gateway misses nothing and doubles nothing', async () => {
  const values: number[] = []
  let lastId: string | undefined
  {
    using sse = await open()
    for (let i = 0; i < 3; i++) values.push(await postNext())
    lastId = (await sse.find(holds(values[2]))).id
    const ended = sse.ended
    const closing = whole.restart()
    await ended
    assert.match(sse.blocks.at(-1)?.retry ?? '', /^\d+$/)
    await closing
  }
  for (let i = 0; i < 3; i++) values.push(await postNext())
  using again = await open('', { 'last-event-id': lastId ?? '' })
  values.push(await postNext())
  await again.find((block) => block.data !== undefined && again.points().length >= 4)
  assert.equal(again.blocks[0].id, lastId)
  assert.deepEqual(
    again.points().map(({ x }) => x),
    values.slice(3),
  )
})

const lost: [name: string, id: (head: string) => string, reason: string][] = [
  ['above the head', (head) => head.replace(/:.*/, ':999999'), 'ahead'],
  ['of another partition', (head) => `${(Number(head.split(':')[0]) + 1) % 12}:0`, 'other_partition'],
  ['that is none', () => 'tomorrow', 'unknown_position'],
]
for (const [name, id, reason] of lost) {
  test(`a position ${name} gets resync and then what is live`, async () => {
    using first = await open()
    const head = (await first.find(({ id }) => id !== undefined)).id ?? ''
    using sse = await open(`?lastEventId=${encodeURIComponent(id(head))}`)
    const resync = await sse.find(({ event }) => event === 'resync')
    assert.deepEqual(JSON.parse(resync.data ?? ''), { reason })
    assert.equal(resync.id, sse.blocks[0].id)
    const value = await postNext()
    await sse.find(holds(value))
    assert.deepEqual(
      sse.points().map(({ x }) => x),
      [value],
    )
  })
}

test('filters let through what they name: metrics, agents, and both', async () => {
  using cpu = await open('?metric=cpu')
  using two = await open('?metric=cpu&metric=mem')
  using web2 = await open('?metric=cpu&agent=web-2')
  const point = (metric_name: string, agent_id: string, value: number) => ({ metric_name, agent_id, value })
  await post(point('cpu', 'web-1', 1e6), point('mem', 'web-1', 1e6 + 1), point('disk', 'web-1', 1e6 + 2))
  await post(point('disk', 'web-2', 1e6 + 3))
  await post(point('cpu', 'web-2', 1e6 + 4))
  for (const sse of [cpu, two, web2]) await sse.find(holds(1e6 + 4))
  const values = (sse: typeof cpu) => sse.points().map(({ x }) => x - 1e6)
  assert.deepEqual(values(cpu), [0, 4])
  assert.deepEqual(values(two), [0, 1, 4])
  assert.deepEqual(values(web2), [4])
})

test('another tenant hears nothing of it', async () => {
  await whole.tenant('other')
  const { token } = await whole.token('other', 'read')
  const authorization = `Bearer ${token}`
  using sse = await openSse(`${whole.url}/api/v1/stream/other`, { authorization })
  using own = await open()
  await own.find(holds(await postNext()))
  assert.deepEqual(sse.points(), [])
  using refused = await openSse(`${whole.url}/api/v1/stream/acme`, { authorization })
  assert.equal(refused.status, 403)
})

test('when a reader goes, the server lets go of its stream within a second', async () => {
  await poll(async () => (await openStreams()) === 0)
  {
    using sse = await open()
    await sse.find(({ id }) => id !== undefined)
    assert.equal(await openStreams(), 1)
  }
  const at = performance.now()
  await poll(async () => (await openStreams()) === 0)
  assert.ok(performance.now() - at < 1_000)
})

test('a stream ends within 2 s after its token was revoked', async () => {
  const { id, token } = await whole.token('acme', 'read')
  using sse = await open('', { authorization: `Bearer ${token}` })
  using other = await open()
  await sse.find(({ id }) => id !== undefined)
  const at = performance.now()
  await revokeToken(whole.database, id, Date.now())
  await sse.ended
  assert.ok(performance.now() - at < 2_000, `${performance.now() - at} ms`)
  await other.find(holds(await postNext()))
})

test('a reader that stops reading costs a bounded buffer, gets resync, and goes on live', async () => {
  const socket = connect(Number(new URL(whole.url).port), '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.write(
    `GET /api/v1/stream/acme HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer.authorization}\r\n\r\n`,
  )
  await poll(async () => text.includes('id: '))
  socket.pause()
  const points = Array.from({ length: 10_000 }, (_, i) => ({
    metric_name: 'flood',
    value: Math.sin(i) * 1e9,
    timestamp: Date.now() - i,
  }))
  const requests = 45
  for (let i = 0; i < requests; i++) await post(...points)
  using other = await open()
  await other.find(holds(await postNext()))
  const head = other.points().at(-1)?.id
  socket.resume()
  await poll(async () => text.includes('"reason":"slow"'))
  const events = text.match(/^event: points$/gm)?.length ?? 0
  assert.ok(events < requests, `${events} of ${requests} records were sent`)
  assert.ok(text.includes(`event: resync\nid: ${head}\n`))
  const value = await postNext()
  await poll(async () => text.includes(`"x":[${value}]`))
  socket.destroy()
})
