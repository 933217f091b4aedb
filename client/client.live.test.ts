import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startProxy, type Way } from '@streamgauge/bench/chaos/proxy.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { createClient } from './client.ts'
import type { Dropped, Refused } from './types.ts'

let whole: Whole
let way: Way
let token: string
before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  token = (await whole.token('acme', 'ingest')).token
  // The address stays while the server behind it is another.
  way = await startProxy({
    host: '127.0.0.1',
    get port() {
      return Number(new URL(whole.url).port)
    },
  })
})
after(async () => {
  await way?.[Symbol.asyncDispose]()
  await whole?.[Symbol.asyncDispose]()
})

const withinMs = 60_000

/** How often each value of a metric is stored. */
async function stored(metric: string): Promise<Map<number, number>> {
  const rows = await whole.database.query<{ value: number; n: number }>(
    "SELECT value, COUNT(*) AS n FROM points WHERE tenant = 'acme' AND metric_name = ? GROUP BY value",
    [metric],
  )
  return new Map(rows.map(({ value, n }) => [value, n]))
}

/** A tenant has one order: once this point is stored, so is all that was acknowledged before it. */
async function settled(mark: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ metric_name: mark, value: 1 })
  const answer = await fetch(`${whole.url}/api/v1/metrics`, { method: 'POST', headers, body })
  assert.equal(answer.status, 202)
  await poll(async () => (await stored(mark)).size > 0, withinMs)
}

test('the server is restarted and connections are cut: every point is stored once', async () => {
  const dropped: Dropped[] = []
  const client = createClient({
    url: `http://127.0.0.1:${way.port}`,
    token,
    maxPoints: 20,
    maxAgeMs: 5,
    onDropped: (lost) => dropped.push(lost),
  })
  let value = 0
  const send = (count: number) => {
    for (let i = 0; i < count; i++) client.send({ metric_name: 'exactly', agent_id: 'once', value: value++ })
  }
  const moved = async (work: () => unknown) => {
    const { accepted } = client.stats
    send(200)
    await poll(async () => client.stats.accepted > accepted, withinMs)
    await work()
  }
  // Cut wherever it is: before, within and after the request, or between the store and the answer.
  for (let turn = 0; turn < 15; turn++) await moved(() => way.cut())
  const begun = whole.restart()
  send(200)
  await begun
  await moved(() => way.cut())
  assert.equal(await client.close({ signal: AbortSignal.timeout(withinMs) }), true)
  const { sent, accepted, retries } = client.stats
  assert.deepEqual([sent, accepted, dropped], [value, value, []])
  assert.ok(retries > 0, 'something was sent again')
  await settled('mark.restart')
  const seen = await stored('exactly')
  const wrong = Array.from({ length: value }, (_, i) => [i, seen.get(i) ?? 0]).filter(([, n]) => n !== 1)
  assert.deepEqual(wrong, [])
  assert.equal(seen.size, value)
})

test('the server’s words on faulty points reach who sent them, and the good ones are stored', async () => {
  const refused: Refused[] = []
  const client = createClient({ url: whole.url, token, onRefused: (some) => refused.push(some) })
  const old = Date.now() - 400 * 24 * 3_600_000
  client.send({ metric_name: 'mixed', value: 1 })
  client.send({ metric_name: 'mixed', value: 2, timestamp: old })
  client.send({ metric_name: 'mixed', value: Number.NaN })
  client.send({ metric_name: 'mixed', value: 4 })
  assert.equal(await client.close({ signal: AbortSignal.timeout(withinMs) }), true)
  assert.deepEqual(
    refused[0].items.map(({ index, code, point }) => [index, code, point.value]),
    [
      [1, 'TIMESTAMP_TOO_OLD', 2],
      [2, 'VALUE_INVALID', null],
    ],
  )
  assert.deepEqual([client.stats.accepted, client.stats.refused], [2, 2])
  await settled('mark.mixed')
  assert.deepEqual([...(await stored('mixed')).keys()].sort(), [1, 4])
})

test('a token that ends is told, and nothing is sent for ever', async () => {
  const dropped: Dropped[] = []
  const client = createClient({
    url: whole.url,
    token: `sg_${'A'.repeat(43)}`,
    onDropped: (lost) => dropped.push(lost),
  })
  client.send({ metric_name: 'nobody', value: 1 })
  await client.close({ signal: AbortSignal.timeout(withinMs) })
  assert.deepEqual(
    dropped.map(({ reason, status, code }) => [reason, status, code]),
    [['rejected', 401, 'UNAUTHENTICATED']],
  )
})
