import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { createProvision } from '@streamgauge/adapters/mqtt/provision.ts'
import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { offsetOf } from '@streamgauge/core/position.ts'
import { metricPartitions, persistGroup, topics } from '@streamgauge/core/topics.ts'
import { buildUi } from '@streamgauge/local/build.ts'
import { differences, rolledUp } from '@streamgauge/pipeline/rollup/testing.ts'
import { gather } from '../chaos/evidence.ts'
import { Ledger, pointValue } from '../chaos/ledger.ts'
import { judgeStream, startReader } from '../chaos/reader.ts'
import { judge } from '../chaos/verdict.ts'
import { poll } from '../poll.ts'
import { openSse, type SseClient } from '../sse.ts'
import { ask } from './ask.ts'
import { type Load, post, publish } from './load.ts'
import { openPairs, type Pairs, type PairTenant, type Running } from './pairs.ts'

let pairs: Pairs
/** Of everything that is sent in this file: at the end all of it is held against what is stored. */
const pointsPerSecond = 5_000
const ledger = new Ledger(pointsPerSecond)
const patienceMs = 60_000

before(async () => {
  await buildUi()
  pairs = await openPairs()
})
after(() => pairs?.[Symbol.asyncDispose]())

const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })

/** Posts so many points to one process; answers the status. */
async function postTo({ url }: { url: string }, tenant: PairTenant, count: number): Promise<number> {
  const sent = ledger.issue(tenant.name, 'plain', count)
  const values = Array.from({ length: count }, (_, i) => pointValue(sent, sent.first + i))
  const points = values.map((value) => ({ metric_name: 'load', value }))
  const headers = { ...bearer(tenant), 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1/metrics`, {
    method: 'POST',
    headers,
    body: JSON.stringify(points),
  })
  await answer.body?.cancel()
  sent.state = answer.status === 202 ? 'acknowledged' : 'refused'
  return answer.status
}

function openStream({ url }: Running, tenant: PairTenant, lastEventId?: string): Promise<SseClient> {
  const more: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  return openSse(`${url}/api/v1/stream/${tenant.name}`, { ...bearer(tenant), ...more })
}

/** An enrolled agent that comes back by itself and sends again what was not acknowledged. */
async function connectAgent(tenant: PairTenant, agentId: string): ReturnType<typeof connectTest> {
  const { MQTT_ADMIN_URL: adminUrl, MQTT_AGENT_KEY: agentKey, MQTT_URL } = pairs.env
  const provision = createProvision({ database: pairs.database, adminUrl, agentKey })
  const { login } = await provision.enroll({ tenant, agentId }, { renew: false })
  await provision.close()
  const options = { clean: false, reconnectPeriod: 200, reconnectOnConnackError: true }
  return connectTest(MQTT_URL, { ...login, clientId: login.username }, options)
}

async function valuesOf({ name }: PairTenant): Promise<number[]> {
  const sql = 'SELECT value FROM points WHERE tenant = ? ORDER BY value'
  return (await pairs.database.query<{ value: number }>(sql, [name])).map(({ value }) => value)
}

/** Partitions that a pipeline process works on, by its own metrics. */
async function partitionsOf({ url }: Running): Promise<number[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const own = text.matchAll(/^streamgauge_persist_published_offset\{partition="(\d+)"\}/gm)
  return [...own].map(([, partition]) => Number(partition))
}

function partitionsDealt(): Promise<number[][]> {
  return Promise.all(pairs.of('pipeline').map(partitionsOf))
}

/** Messages with points that a bridge process has been sent. */
async function messagesOf({ url }: Running): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^streamgauge_mqtt_messages_total\{kind="metric"\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** What an open dashboard reads of a tenant: its points, its series, and the files of the dashboard itself. */
async function readings({ name }: PairTenant): Promise<string[][]> {
  const page = await (await fetch(pairs.url)).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
  assert.ok(script, page)
  const api = `${pairs.url}/api/v1/tenants/${name}`
  return [
    [`${api}/metrics?metric=load&from=-1m&max_points=100`],
    [`${api}/series`],
    [`${pairs.url}/`, pairs.url + script],
  ]
}

/** Every tenant's points move: something that came in after now has been published in each of their partitions. */
async function moving(tenants: readonly PairTenant[]): Promise<void> {
  const since = Date.now()
  const due = new Set(tenants.map(({ name }) => pairs.log.partitionFor(name)))
  await poll(async () => {
    const cursors = await readCursors(pairs.database, persistGroup)
    return cursors.every(
      ({ partition, publishedReceived }) => !due.has(partition) || publishedReceived > since,
    )
  }, patienceMs)
}

test('two pipelines share the partitions: each works on some, no partition is worked on twice', async () => {
  await poll(async () => {
    const dealt = await partitionsDealt()
    return dealt.every((own) => own.length > 0) && dealt.flat().length === metricPartitions
  }, patienceMs)
  assert.equal(new Set((await partitionsDealt()).flat()).size, metricPartitions)
})

test('two connectors let a tenant through once, not once each', async () => {
  const quotaPointsPerSecond = 1_000
  const request = 500
  for (let round = 1; ; round++) {
    const tenant = await pairs.tenant({ quotaPointsPerSecond })
    const told = pairs.reports.length
    const start = Date.now()
    let accepted = 0
    for (let refused = 0; refused < 10; ) {
      for (const one of pairs.of('connectors')) {
        if ((await postTo(one, tenant, request)) === 202) accepted += request
        else refused++
      }
    }
    // A process that does not hear from Redis in time counts alone, as it should: that says nothing here.
    if (round < 4 && pairs.reports.slice(told).some((text) => text.includes('Redis'))) continue
    const most = quotaPointsPerSecond * (limits.quotaBurstSeconds + (Date.now() - start) / 1_000)
    assert.ok(accepted <= most, `${accepted} of ${most}`)
    // Each may hold up to a request and a bit of what it has taken ahead.
    assert.ok(accepted >= quotaPointsPerSecond * limits.quotaBurstSeconds - 4 * request, `${accepted}`)
    return
  }
})

test('a revocation is seen by every process within 2 s, and ends the streams of both gateways', async () => {
  const tenant = await pairs.tenant()
  const streams = await Promise.all(pairs.of('gateway').map((one) => openStream(one, tenant)))
  for (const one of pairs.of('connectors')) assert.equal(await postTo(one, tenant, 1), 202)
  const [first] = pairs.of('gateway')
  const revoked = await fetch(`${first.url}/api/v1/tenants/${tenant.name}/tokens/${tenant.tokenId}`, {
    method: 'DELETE',
    headers: bearer({ token: pairs.operatorToken }),
  })
  const at = performance.now()
  assert.ok(revoked.ok, `${revoked.status}`)
  const refuses = async (url: string, method: string) => {
    await poll(async () => {
      const answer = await fetch(url, { method, headers: bearer(tenant) })
      await answer.body?.cancel()
      return answer.status === 401
    })
  }
  await Promise.all([
    ...streams.map(({ ended }) => ended),
    ...pairs.of('connectors').map(({ url }) => refuses(`${url}/api/v1/metrics`, 'POST')),
    ...pairs.of('gateway').map(({ url }) => refuses(`${url}/api/v1/tenants/${tenant.name}/series`, 'GET')),
  ])
  const took = performance.now() - at
  assert.ok(took < 2_000, `${took} ms`)
})

test('a stream that is cut with its gateway goes on at the other one, nothing missing and nothing twice', async () => {
  const tenant = await pairs.tenant()
  const [a, b] = pairs.of('gateway')
  const expected: number[] = []
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) {
      assert.equal(await postTo({ url: pairs.url }, tenant, 1), 202)
      expected.push(...ledger.sent.slice(-1).map((sent) => pointValue(sent, sent.first)))
    }
  }
  const cut = await openStream(a, tenant)
  await cut.find(({ id }) => id !== undefined)
  await send(20)
  await poll(async () => cut.points().length > 0, patienceMs)
  const dying = a.again('SIGKILL')
  await cut.ended
  await send(20)
  const last = cut.blocks.findLast(({ id }) => id !== undefined)?.id
  using next = await openStream(b, tenant, last)
  await send(20)
  const seen = () => [...cut.points(), ...next.points()].map(({ x }) => x)
  await poll(async () => seen().length >= expected.length, patienceMs)
  assert.deepEqual(seen(), expected)
  assert.ok(!next.blocks.some(({ event }) => event === 'resync'))
  await dying
})

test('two bridges share what agents publish, and kill -9 of one loses nothing and doubles nothing', async () => {
  const tenant = await pairs.tenant()
  await using agent = await connectAgent(tenant, 'web-1')
  const before = ledger.sent.length
  const quiet = publish(ledger, agent, { tenant: tenant.name, agent: 'web-1' }, { everyMs: 10, points: 1 })
  await moving([tenant])
  await quiet.finish()
  await poll(async () => (await valuesOf(tenant)).length >= ledger.sent.length - before, patienceMs)
  const taken = await Promise.all(pairs.of('bridge').map(messagesOf))
  assert.equal(taken[0] + taken[1], ledger.sent.length - before)
  assert.ok(taken[0] > 0 && taken[1] > 0, `${taken}`)
  const load = publish(ledger, agent, { tenant: tenant.name, agent: 'web-1' }, { everyMs: 10, points: 3 })
  for (const one of pairs.of('bridge')) {
    await moving([tenant])
    await one.again('SIGKILL')
  }
  await moving([tenant])
  await load.finish()
  const sent = ledger.sent.slice(before).map((one) => pointValue(one, one.first))
  await poll(async () => (await valuesOf(tenant)).length >= sent.length, patienceMs)
  assert.deepEqual(
    await valuesOf(tenant),
    sent.toSorted((a, b) => a - b),
  )
})

test('every process is restarted in turn under 5,000 points/s: nothing is lost or doubled, no request fails', async (t) => {
  const tenants = await Promise.all([1, 2, 3, 4].map(() => pairs.tenant()))
  const edge = await pairs.tenant()
  await using agent = await connectAgent(edge, 'edge-1')
  const reader = startReader({
    tenant: tenants[0].name,
    token: tenants[0].token,
    metric: 'load',
    url: () => pairs.url,
  })
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => reader.stop())
  const everyMs = 100
  const points = pointsPerSecond / tenants.length / (1_000 / everyMs)
  const loads: Load[] = tenants.map((one) => post(ledger, pairs.url, one, { everyMs, points }))
  cleanup.defer(async () => void (await Promise.all(loads.map((load) => load.finish()))))
  loads.push(publish(ledger, agent, { tenant: edge.name, agent: 'edge-1' }, { everyMs: 20, points: 2 }))
  const askers = (await readings(tenants[0])).map((urls) => ask(urls, tenants[0].token, 50))
  cleanup.defer(async () => void (await Promise.all(askers.map((asker) => asker.finish()))))
  await moving([...tenants, edge])
  const start = performance.now()
  const first = ledger.points
  for (const one of pairs.replicas) {
    const told = pairs.reports.length
    await one.again('SIGTERM')
    const ended = `${one.program.title} ended (exit code 0)`
    assert.ok(
      pairs.reports.slice(told).some((text) => text.startsWith(ended)),
      `${pairs.reports.slice(told)}`,
    )
    await moving([...tenants, edge])
  }
  const seconds = (performance.now() - start) / 1_000
  const pace = Math.round((ledger.points - first) / seconds)
  await Promise.all([...loads, ...askers].map((one) => one.finish()))
  const refusals = [...loads, ...askers].reduce((sum, one) => sum + one.refusals, 0)
  const answers = askers.map((one) => one.answers)
  t.diagnostic(
    `${pairs.replicas.length} restarts in ${Math.round(seconds)} s at ${pace} points/s, ${refusals} × 503; ` +
      `answers to queries, lists and files: ${answers.join(', ')}`,
  )
  assert.deepEqual(
    [...loads, ...askers].flatMap(({ complaints }) => complaints),
    [],
  )
  assert.ok(pace >= 0.9 * pointsPerSecond, `${pace} points/s`)
  assert.ok(Math.min(...answers) > pairs.replicas.length, `answers: ${answers}`)

  const { database, log } = pairs
  const ends = await log.bounds(topics.ingest)
  await poll(async () => {
    const cursors = await readCursors(database, persistGroup)
    return ends.every(({ partition, high }) => cursors[partition].published >= high)
  }, patienceMs)
  await rolledUp(log, database)
  const { flaws, counts, examples } = judge(await gather(log, database, { sent: ledger.sent, rubbish: [] }))
  t.diagnostic(`${counts.rows} rows, ${counts.republished} records published again`)
  assert.deepEqual(
    Object.entries(flaws).filter(([, count]) => count > 0),
    [],
    examples.join('\n'),
  )
  assert.deepEqual(await differences(database), [])

  const partition = log.partitionFor(tenants[0].name)
  const values = await database.query<{ position: number; value: number }>(
    `SELECT position, value FROM metrics_raw JOIN series ON series.id = series_id WHERE tenant_id = ?`,
    [tenants[0].id],
  )
  await reader.reached(ends[partition].high - 1, patienceMs)
  await reader.stop()
  const rows = values.map(({ position, value }) => ({ offset: offsetOf(position), value }))
  const { lost, doubled, resyncs, points: seen, reconnects } = judgeStream(reader, rows)
  const statuses = [...reader.statuses].map(([status, times]) => `${times} × ${status}`)
  t.diagnostic(`stream: ${seen} points, ${reconnects} reconnects, opened with ${statuses.join(', ')}`)
  assert.deepEqual(
    { lost, doubled, resyncs, seen: seen > 0 },
    { lost: 0, doubled: 0, resyncs: 0, seen: true },
  )
  assert.deepEqual(
    [...reader.statuses.keys()].filter((status) => status !== 200 && status !== 503),
    [],
  )
})
