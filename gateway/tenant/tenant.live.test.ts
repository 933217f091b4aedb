import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { dropPartitions, listPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let bearer: { authorization: string }

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  bearer = { authorization: `Bearer ${(await whole.token('acme', 'ingest', 'read')).token}` }
})
after(() => whole[Symbol.asyncDispose]())

async function get<T>(path: string, status = 200): Promise<T> {
  const response = await fetch(`${whole.url}/api/v1/tenants/acme${path}`, { headers: bearer })
  const body = await response.json()
  assert.equal(response.status, status, JSON.stringify(body))
  return body as T
}

async function post(points: readonly object[]): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify(points),
  })
  assert.equal(response.status, 202, await response.text())
}

interface Last {
  last: { ts: number; value: number } | null
}
interface Agents {
  items: {
    agent_id: string
    status: string
    interval_ms: number | null
    last_seen: number
    metrics: Last[]
  }[]
}
interface Series {
  items: ({ id: number; metric_name: string; agent_id: string | null; tags: object } & Last)[]
  next: string | null
}
interface Detail {
  name: string
  series_count: number
  ingest: { points_per_s: number; lag_ms: number | null; behind_records: number; behind_ms: number }
  server_time: number
  head: string
  warnings: string[]
}

test('agents are seen from their points, with how often they beat and their last values', async () => {
  const now = Date.now()
  const beats = [4_000, 2_000, 0].map((ago) => ({
    metric_name: 'cpu',
    agent_id: 'web-1',
    timestamp: now - ago,
    value: ago,
  }))
  for (const beat of beats) await post([beat])
  await poll(async () => (await get<Agents>('/agents')).items[0]?.interval_ms === 2_000)
  const [agent] = (await get<Agents>('/agents')).items
  assert.equal(agent.agent_id, 'web-1')
  assert.equal(agent.status, 'online')
  assert.deepEqual(agent.metrics[0].last, { ts: now, value: 0 })
  await poll(async () => (await get<Agents>('/agents')).items[0].status === 'offline')
  assert.deepEqual((await get<Agents>('/agents?agent=web-9&agent=web-1')).items[0].agent_id, 'web-1')
  assert.deepEqual((await get<Agents>('/agents?agent=web-9')).items, [])
  const offline = (await get<Agents>('/agents?status=offline&status=late')).items
  assert.deepEqual([offline.length, offline[0].agent_id], [1, 'web-1'])
  assert.deepEqual((await get<Agents>('/agents?status=online')).items, [])
  await get('/agents?status=asleep', 422)
})

test('a gateway that has just started knows the agents of before', async () => {
  const { items: known } = await get<Agents>('/agents')
  await whole.restart()
  const { items } = await get<Agents>('/agents')
  assert.deepEqual(
    items.map(({ agent_id, interval_ms, metrics }) => ({ agent_id, interval_ms, metrics })),
    known.map(({ agent_id, interval_ms, metrics }) => ({ agent_id, interval_ms, metrics })),
  )
})

test('series come in pages, by metric and agent, each with its newest point', async () => {
  const now = Date.now()
  const many = Array.from({ length: 25 }, (_, i) => ({
    metric_name: i % 2 ? 'odd' : 'even',
    agent_id: `agent-${i}`,
    tags: { n: String(i) },
    timestamp: now,
    value: i,
  }))
  await post(many)
  await poll(async () => (await get<Series>('/series')).items.length >= 26)
  const seen: Series['items'] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Series = await get(`/series?metric=odd&limit=5${cursor && `&cursor=${cursor}`}`)
    assert.ok(page.items.length <= 5)
    seen.push(...page.items)
    cursor = page.next
  }
  assert.deepEqual(
    seen.map(({ last, tags }) => [last?.value, tags]),
    many.filter((_, i) => i % 2).map(({ value, tags }) => [value, tags]),
  )
  await whole.restart()
  const { items } = await get<Series>('/series?agent=agent-7')
  assert.deepEqual(items[0].last, { ts: now, value: 7 })
  await get('/series?cursor=nonsense', 422)
})

test('the detail tells rate, lag and that nothing waits', async () => {
  // A gateway that has just started sees what comes after it began to read.
  await poll(async () => {
    await post([{ metric_name: 'cpu', value: 1 }])
    return (await get<Detail>('')).ingest.lag_ms !== null
  })
  const detail = await get<Detail>('')
  assert.equal(detail.name, 'acme')
  assert.ok(Math.abs(detail.server_time - Date.now()) < 1_000)
  assert.match(detail.head, /^\d+:\d+$/)
  await poll(async () => (await get<Detail>('')).ingest.points_per_s > 0)
  await poll(async () => (await get<Detail>('')).ingest.behind_ms === 0)
})

test('a table that is not kept up is told of before it hurts', async () => {
  assert.deepEqual((await get<Detail>('')).warnings, [])
  const { database } = whole
  const made = await listPartitions(database, 'metrics_raw')
  const late = made.filter(({ lessThan }) => lessThan > Date.now() + 30 * 3_600_000).map(({ name }) => name)
  const connection = await database.connection()
  await dropPartitions(connection, 'metrics_raw', late)
  connection.release()
  await whole.restart()
  const [warning, ...others] = (await get<Detail>('')).warnings
  assert.match(warning, /^metrics_raw has partitions for \d\d h only/)
  assert.deepEqual(others, [])
})
