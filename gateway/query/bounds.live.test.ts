import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import { createPartitionsCheck } from '@streamgauge/adapters/mariadb/partitions-check.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let bearer: { authorization: string }

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  const { database, config } = whole
  // From here on the pipeline alters no table.
  const check = createPartitionsCheck((work) => work(database), config.limits)
  await poll(async () => (await listPartitions(database, 'dedupe')).length > 1)
  assert.deepEqual(await check(), [])
  bearer = { authorization: `Bearer ${(await whole.token('acme', 'read')).token}` }
})
after(() => whole[Symbol.asyncDispose]())

/** How many statements that read `what` wait for a table. */
async function waiting(what: string): Promise<number> {
  const sql = `SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE = 'Waiting for table metadata lock' AND INFO LIKE ?`
  return (await whole.database.query(sql, [`%${what}%`])).length
}

/** Makes series of a metric in the order of their numbers from 1 on: that of their agents too. */
async function makeSeries(metric: string, count: number): Promise<void> {
  await whole.database.execute(
    `INSERT INTO series (tenant_id, hash, metric_name, agent_id, tags, created_at)
     SELECT tenants.id, UNHEX(MD5(CONCAT(?, seq))), ?, CONCAT('agent-', seq), '{}', 0
     FROM tenants JOIN seq_1_to_${count} WHERE name = 'acme' ORDER BY seq`,
    [metric, metric],
  )
}

async function query(search: string) {
  const response = await fetch(`${whole.url}/api/v1/tenants/acme/metrics?${search}`, { headers: bearer })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

test('a query that takes longer than it may is refused for good, those that wait for it are asked to come again', async () => {
  await makeSeries('slow', 1)
  // A lock on the table stands for a table that takes too long to read.
  const lock = await whole.database.connection()
  await lock.execute('LOCK TABLES metrics_raw WRITE')
  try {
    const running = Array.from({ length: 4 }, () => query('metric=slow'))
    await poll(async () => (await waiting('FROM metrics_raw')) === 4)
    const later = Array.from({ length: 101 }, () => query('metric=slow'))
    const first = await Promise.race(later)
    assert.deepEqual([first.status, first.body.code], [503, 'STORE_UNAVAILABLE'])
    assert.ok(Number(first.headers.get('retry-after')) > 0)
    const refusedAt = performance.now()
    for (const { body } of await Promise.all(later)) assert.equal(body.code, 'STORE_UNAVAILABLE')
    assert.ok(performance.now() - refusedAt > 2_000, 'one finds the queue full, the others wait first')
    for (const { status, body, headers } of await Promise.all(running)) {
      assert.deepEqual([status, body.code], [422, 'QUERY_TOO_LARGE'])
      assert.equal(headers.get('retry-after'), null)
    }
  } finally {
    await lock.execute('UNLOCK TABLES')
    lock.release()
  }
  assert.equal((await query('metric=slow')).status, 200)
})

test('partitions that are made under a query do it no harm', async () => {
  await makeSeries('altered', 1)
  const { database } = whole
  // The query has its snapshot and waits for the dictionary while the table changes.
  const lock = await database.connection()
  await lock.execute('LOCK TABLES series WRITE')
  const far = Date.now() + 1_000 * 3_600_000
  const answer = query(`metric=altered&resolution=raw&to=${far}`)
  try {
    await poll(async () => (await waiting('altered')) === 1)
    await database.execute(`ALTER TABLE metrics_raw ADD PARTITION (PARTITION far VALUES LESS THAN (${far}))`)
  } finally {
    await lock.execute('UNLOCK TABLES')
    lock.release()
  }
  const { status, body } = await answer
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.series_total, 1)
})

test('more series than fit into an answer are refused, or cut to the first so many', async () => {
  await makeSeries('many', 1_001)
  const refused = await query('metric=many')
  assert.deepEqual([refused.status, refused.body.code], [422, 'QUERY_INVALID'])
  assert.match(refused.body.detail, /^metric: 1001 series match, 1000 fit/)
  const agents = async (search: string) => {
    const { status, body } = await query(search)
    assert.equal(status, 200, JSON.stringify(body))
    const names = body.batch.series.map(([, agent]: [string, string]) => agent)
    return { count: names.length, last: names.at(-1), total: body.series_total }
  }
  assert.deepEqual(await agents('metric=many&max_series=12'), { count: 12, last: 'agent-12', total: 1_001 })
  assert.deepEqual(await agents('metric=many&max_series=1000'), {
    count: 1_000,
    last: 'agent-1000',
    total: 1_001,
  })
  const named = 'metric=many&agent=agent-7&agent=agent-1001'
  assert.deepEqual(await agents(`${named}&max_series=2`), { count: 2, last: 'agent-1001', total: 2 })
  assert.deepEqual(await agents(named), { count: 2, last: 'agent-1001', total: 2 })
  for (const wrong of ['max_series=0', 'max_series=1001', 'max_series=12&aggregate=avg'])
    assert.match((await query(`metric=many&${wrong}`)).body.detail, /max_series/)
})

/** Stores points of the first series of a metric: `count` of them from `begin` on, one every `stepMs`. */
async function makePoints(metric: string, begin: number, count: number, stepMs: number): Promise<void> {
  await whole.database.execute(
    `INSERT INTO metrics_raw (series_id, ts, position, value)
     SELECT id, ? + seq * ?, seq, seq FROM series JOIN seq_0_to_${count - 1}
     WHERE metric_name = ? AND agent_id = 'agent-1'`,
    [begin, stepMs, metric],
  )
}

test('many series share the points of an answer', async () => {
  await makeSeries('shared', 1_000)
  await makePoints('shared', Date.now() - 700_000, 600, 1_000)
  const { body } = await query('metric=shared&max_points=50000')
  assert.equal(body.thinned, true)
  assert.ok(body.batch.t.length <= 500 && body.batch.t.length > 100, `${body.batch.t.length} points`)
  const alone = (await query('metric=shared&max_points=50000&max_series=1')).body
  assert.deepEqual([alone.thinned, alone.batch.t.length], [false, 600])
})

test('max_points holds for what a clock that runs ahead has sent, too', async () => {
  await makeSeries('ahead', 1)
  const begin = Date.now()
  await makePoints('ahead', begin, 3_000, 100)
  for (const more of ['', '&step=1s', '&aggregate=avg']) {
    const { batch } = (await query(`metric=ahead&from=-1s&max_points=16${more}`)).body
    assert.ok(batch.t.length <= 16 && batch.t.length > 4, `${batch.t.length} points${more}`)
    if (more === '') assert.equal(batch.t.at(-1), begin + 299_900)
  }
})
