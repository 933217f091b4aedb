import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import type { Batch } from '@streamgauge/core/batch.ts'

const minute = 60_000
const hour = 60 * minute
/** Two hours of windows that end well before now. */
const end = Math.floor(Date.now() / hour) * hour
const begin = end - 2 * hour
/** What is stored here was rolled up as far as this. */
const rolledUp = 4_711

interface Answer {
  resolution: string
  step_ms: number | null
  thinned: boolean
  as_of: string
  batch: Batch & Record<'count' | 'sum' | 'min' | 'max' | 'first' | 'last', number[]>
}

let whole: Whole
let token: string
const seriesIds: number[] = []

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  token = (await whole.token('acme', 'read')).token
  const { database } = whole
  const [{ id: tenantId }] = await database.query<{ id: number }>(
    "SELECT id FROM tenants WHERE name = 'acme'",
  )
  for (const [agent, region] of [
    ['a', 'eu'],
    ['b', 'EU'],
    ['c', 'us'],
  ]) {
    const row = [tenantId, Buffer.alloc(16, agent), 'cpu', agent, JSON.stringify({ region }), begin]
    const { insertId } = await database.execute(
      'INSERT INTO series (tenant_id, hash, metric_name, agent_id, tags, created_at) VALUES ?',
      [[row]],
    )
    seriesIds.push(insertId)
  }
  for (const table of ['metrics_raw', 'metrics_1m', 'metrics_5m']) {
    await addPartition(table, end + 24 * hour)
  }
  const points = seriesIds.flatMap(pointsOf)
  await database.execute('INSERT INTO metrics_raw (series_id, ts, position, value) VALUES ?', [points])
  for (const [table, length] of [
    ['metrics_1m', minute],
    ['metrics_5m', 5 * minute],
  ] as const) {
    await database.execute(`INSERT INTO ${table} ${recompute(length)}`)
  }
  const partition = whole.log.partitionFor('acme')
  await database.execute(
    `INSERT INTO cursors (consumer_group, topic_partition, next_offset) VALUES ('rollup', ?, ?)
     ON DUPLICATE KEY UPDATE next_offset = VALUES(next_offset)`,
    [partition, rolledUp],
  )
})
after(() => whole[Symbol.asyncDispose]())

/** A point every ten seconds; a gap of 20 minutes; one spike. */
function pointsOf(id: number, place: number): [number, number, number, number][] {
  const times = Array.from({ length: 720 }, (_, i) => begin + i * 10_000)
  return times
    .filter((ts) => ts < begin + 40 * minute || ts >= begin + hour)
    .map((ts, i) => [id, ts, i, i === 333 ? 1_000 + place : (place + 1) * Math.sin(i / 10)])
}

/** Windows as SQL makes them of raw points. */
function recompute(length: number): string {
  const over = `OVER (PARTITION BY series_id, ts DIV ${length} ORDER BY ts, position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`
  const all = [
    'COUNT(*)',
    'SUM(value)',
    'MIN(value)',
    'MAX(value)',
    'FIRST_VALUE(value)',
    'MIN(ts)',
    'LAST_VALUE(value)',
    'MAX(ts)',
  ]
  return `SELECT DISTINCT series_id, ts DIV ${length} * ${length}, ${all.map((f) => `${f} ${over}`).join(', ')} FROM metrics_raw`
}

/** The pipeline of this test makes its partitions too. */
async function addPartition(table: string, below: number): Promise<void> {
  const sql = `ALTER TABLE ${table} ADD PARTITION (PARTITION t VALUES LESS THAN (${below}))`
  await whole.database.execute(sql).catch(() => undefined)
}

async function query(search: string): Promise<Answer> {
  const range = search.includes('from=') ? '' : `&from=${begin}&to=${end}`
  const response = await fetch(`${whole.url}/api/v1/tenants/acme/metrics?metric=cpu${range}&${search}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Answer
}

test('more than an hour comes from windows of a minute, complete up to the cursor of who rolls up', async () => {
  const { resolution, step_ms, thinned, as_of, batch } = await query('agent=a')
  assert.deepEqual({ resolution, step_ms, thinned }, { resolution: '1m', step_ms: minute, thinned: false })
  assert.equal(as_of.split(':')[1], String(rolledUp - 1))
  const rows = await whole.database.query<Record<string, number>>(
    `SELECT ts, count, sum, min, max, first, last FROM metrics_1m WHERE series_id = ${seriesIds[0]} ORDER BY ts`,
  )
  assert.equal(rows.length, 100)
  for (const name of ['count', 'sum', 'min', 'max', 'first', 'last'] as const) {
    assert.deepEqual(
      batch[name],
      rows.map((row) => row[name]),
      name,
    )
  }
  assert.deepEqual(
    batch.x,
    rows.map(({ sum, count }) => sum / count),
  )
})

test('a gap is absent, not zero', async () => {
  const { batch } = await query('agent=a&resolution=5m')
  assert.deepEqual(
    batch.t,
    Array.from({ length: 24 }, (_, i) => begin + i * 5 * minute).filter(
      (t) => t < begin + 40 * minute || t >= begin + hour,
    ),
  )
})

test('merged windows keep the spike, every point and the clock’s own steps', async () => {
  const { step_ms, thinned, batch } = await query('agent=a&max_points=16')
  assert.equal(thinned, true)
  assert.ok(batch.t.length <= 16)
  assert.ok(batch.t.every((t) => t % (step_ms ?? 0) === 0))
  assert.equal(Math.max(...batch.max), 1_000)
  assert.equal(
    batch.count.reduce((a, b) => a + b),
    600,
  )
})

test('windows of a step of raw points are those that SQL makes of them', async () => {
  const { resolution, step_ms, batch } = await query('agent=a&resolution=raw&step=5m')
  assert.deepEqual({ resolution, step_ms }, { resolution: 'raw', step_ms: 5 * minute })
  const stored = await query('agent=a&resolution=5m')
  for (const name of ['t', 'count', 'min', 'max', 'first', 'last'] as const) {
    assert.deepEqual(batch[name], stored.batch[name], name)
  }
  for (const [i, sum] of batch.sum.entries()) assert.ok(Math.abs(sum - stored.batch.sum[i]) < 1e-9)
})

test('several series become one line, from windows and from raw points', async () => {
  for (const resolution of ['1m', 'raw']) {
    const single = await query(`resolution=${resolution}&step=1m`)
    const { batch } = await query(`resolution=${resolution}&step=1m&aggregate=sum`)
    assert.deepEqual(batch.series, [['cpu', null, {}]])
    assert.deepEqual(batch.count, Array(100).fill(3))
    for (const [i, t] of batch.t.entries()) {
      const means = single.batch.x.filter((_, j) => single.batch.t[j] === t)
      assert.equal(means.length, 3)
      assert.ok(Math.abs(batch.x[i] - means.reduce((a, b) => a + b)) < 1e-9)
    }
    const greatest = await query(`resolution=${resolution}&step=1m&aggregate=max`)
    assert.equal(Math.max(...greatest.batch.x), 1_002)
  }
})

test('tags narrow the series, letter by letter', async () => {
  const agents = async (search: string) => (await query(search)).batch.series.map(([, agent]) => agent)
  assert.deepEqual(await agents('tag=region=eu'), ['a'])
  assert.deepEqual(await agents('tag=region=EU'), ['b'])
  assert.deepEqual(await agents('tag=region=eu&tag=zone=1'), [])
  assert.deepEqual(await agents('agent=b&agent=c&tag=region=us'), ['c'])
})

test('the window that the range begins in belongs to it', async () => {
  const { batch } = await query(`agent=a&resolution=5m&from=${begin + minute}&to=${begin + 6 * minute}`)
  assert.deepEqual(batch.t, [begin, begin + 5 * minute])
})
