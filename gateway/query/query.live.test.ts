import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import type { Batch } from '@streamgauge/core/batch.ts'

let whole: Whole
let bearer: { authorization: string }

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  bearer = { authorization: `Bearer ${(await whole.token('acme', 'ingest', 'read')).token}` }
})
after(() => whole[Symbol.asyncDispose]())

interface Answer {
  resolution: string
  step_ms: number | null
  thinned: boolean
  as_of: string
  batch: Batch
}

async function query(
  search: string,
): Promise<{ status: number; body: Answer & { code: string; detail: string } }> {
  const response = await fetch(`${whole.url}/api/v1/tenants/acme/metrics?${search}`, { headers: bearer })
  return {
    status: response.status,
    body: (await response.json()) as Answer & { code: string; detail: string },
  }
}

async function post(points: readonly object[]): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify(points),
  })
  assert.equal(response.status, 202, await response.text())
}

/** Posts points and waits until a query sees all of them. */
async function store(
  metric: string,
  points: readonly { value: number; timestamp: number; agent_id?: string }[],
) {
  await post(points.map((point) => ({ metric_name: metric, ...point })))
  await poll(
    async () =>
      (await query(`metric=${metric}&from=-1h&max_points=50000`)).body.batch.s.length === points.length,
  )
}

const offset = (position: string | undefined) => Number(position?.split(':')[1])

test('history up to as_of and the stream above it are one line, while points keep coming', async () => {
  const writing = new AbortController()
  let written = 0
  const writer = (async () => {
    while (!writing.signal.aborted) await post([{ metric_name: 'line', value: ++written }])
  })()
  for (let turn = 0; turn < 20; turn++) {
    using sse = await openSse(`${whole.url}/api/v1/stream/acme?metric=line`, bearer)
    const start = await sse.find(({ id }) => id !== undefined)
    const { body } = await query('metric=line&from=-1h&max_points=50000')
    const asOf = offset(body.as_of)
    assert.ok(asOf >= offset(start.id), 'an answer is never older than a stream opened before it')
    await sse.find(({ event, id }) => event === 'points' && offset(id) > asOf + 3)
    const live = sse.points().filter(({ id }) => offset(id) > asOf)
    const line = [...body.batch.x, ...live.map(({ x }) => x)]
    assert.deepEqual(
      line,
      Array.from(line, (_, i) => i + 1),
      `turn ${turn}`,
    )
  }
  writing.abort()
  await writer
})

test('several metrics and agents, points in the order of time, `to` not included', async () => {
  const now = Date.now()
  const at = (ago: number, value: number, agent_id: string) => ({ timestamp: now - ago, value, agent_id })
  await store('m1', [at(3_000, 2, 'a'), at(5_000, 1, 'a'), at(1_000, 3, 'a'), at(2_000, 9, 'b')])
  await store('m2', [at(1_000, 7, 'b')])
  const rows = async (search: string) => {
    const { batch } = (await query(search)).body
    return batch.s.map((s, i) => `${batch.series[s][0]} ${batch.series[s][1]} ${batch.x[i]}`)
  }
  assert.deepEqual(await rows('metric=m1&agent=a'), ['m1 a 1', 'm1 a 2', 'm1 a 3'])
  assert.deepEqual(await rows('metric=m1&metric=m2&agent=b'), ['m1 b 9', 'm2 b 7'])
  assert.deepEqual(await rows(`metric=m1&agent=a&from=${now - 5_000}&to=${now - 1_000}`), [
    'm1 a 1',
    'm1 a 2',
  ])
  assert.deepEqual(await rows(`metric=m1&agent=a&from=${new Date(now - 3_000).toISOString()}`), [
    'm1 a 2',
    'm1 a 3',
  ])
  assert.deepEqual(await rows('metric=nothing'), [])
})

test('a long series is thinned and keeps its spike', async () => {
  const now = Date.now()
  const points = Array.from({ length: 5_000 }, (_, i) => ({
    timestamp: now - 600_000 + i * 100,
    value: i % 7,
  }))
  points[3_210].value = 1_000
  await store('long', points)
  const { body } = await query('metric=long&from=-11m&max_points=200')
  assert.equal(body.thinned, true)
  assert.ok(body.batch.s.length <= 200 && body.batch.s.length > 100, `${body.batch.s.length} points`)
  assert.equal(body.batch.t[body.batch.x.indexOf(1_000)], points[3_210].timestamp)
  assert.ok((body.step_ms ?? 0) > 0)
})

const refused: [search: string, code: string, detail: RegExp][] = [
  ['', 'QUERY_INVALID', /metric/],
  ['metric=a&from=yesterday', 'QUERY_INVALID', /^from/],
  ['metric=a&from=-1m&to=-2m', 'QUERY_INVALID', /^from/],
  ['metric=a&max_points=1', 'QUERY_INVALID', /max_points/],
  ['metric=a&limit=5', 'QUERY_INVALID', /limit/],
  ['metric=a&tag=region', 'QUERY_INVALID', /^tag/],
  ['metric=a&step=1', 'QUERY_INVALID', /^step/],
  ['metric=a&aggregate=median', 'QUERY_INVALID', /aggregate/],
  ['metric=a&from=-2d&resolution=raw', 'RESOLUTION_UNAVAILABLE', /1m reaches far enough/],
  ['metric=a&from=-31d&resolution=5m', 'RESOLUTION_UNAVAILABLE', /^5m is kept since/],
]
for (const [search, code, detail] of refused) {
  test(`?${search} is refused as ${code}`, async () => {
    const { status, body } = await query(search)
    assert.equal(status, 422)
    assert.equal(body.code, code)
    assert.match(body.detail, detail)
  })
}

test('when the caller leaves, the server stops reading', async () => {
  await store('slow', [{ timestamp: Date.now(), value: 1 }])
  const caller = new AbortController()
  // A lock on the table makes the query wait on the server for as long as it takes to leave.
  const lock = await whole.database.connection()
  await lock.execute('LOCK TABLES metrics_raw WRITE')
  const running = async () =>
    (
      await whole.database.query(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%FROM metrics_raw%' AND INFO NOT LIKE '%PROCESSLIST%'",
      )
    ).length
  try {
    const url = `${whole.url}/api/v1/tenants/acme/metrics?metric=slow`
    const answer = fetch(url, { headers: bearer, signal: caller.signal })
    answer.catch(() => undefined)
    await poll(async () => (await running()) > 0)
    caller.abort()
    await poll(async () => (await running()) === 0, 3_000)
  } finally {
    await lock.execute('UNLOCK TABLES')
    lock.release()
  }
})
