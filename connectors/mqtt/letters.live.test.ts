import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listLetters, replayLetters } from '@streamgauge/pipeline/dlq.ts'
import { letterLine } from '@streamgauge/pipeline/report.ts'
import { type BridgeBench, bridgeBench, type Role, until } from './testing.ts'

const hour = 3_600_000
let bench: BridgeBench
let bridge: Role

before(async () => {
  bench = await bridgeBench()
  await bench.start('pipeline')
  bridge = await bench.start('bridge')
})
after(() => bench?.[Symbol.asyncDispose]())

const reasons = async (tenant: string) =>
  (await listLetters(bench.log)).filter((letter) => letter.topic?.startsWith(`metrics/${tenant}/`))

test('what cannot be taken becomes a dead letter with topic, payload and reason, and blocks nothing', async () => {
  const tenant = await bench.tenant('poison')
  const agent = await bench.agent(tenant, 'web-1')
  const old = Date.now() - 40 * 24 * hour
  const ahead = Date.now() + hour
  const single = 'metrics/poison/web-1/cpu'
  const batch = 'metrics/poison/web-1/_batch'
  const cases: [topic: string, payload: string | Buffer, reason: RegExp][] = [
    ['metrics/poison/web-1/cpu/core0', '1', /^TOPIC_INVALID: it has 5 levels/],
    ['metrics/poison/web-1/', '1', /^TOPIC_INVALID: the metric is empty/],
    [single, 'poison', /^JSON_INVALID: /],
    [single, Buffer.from([0x31, 0xff]), /^JSON_INVALID: The payload is not UTF-8/],
    [single, '', /^JSON_INVALID: /],
    [single, '{"value": "12"}', /^VALUE_INVALID: value: /],
    [single, '{"value": 1e999}', /^VALUE_OUT_OF_RANGE: /],
    [single, '{"value": 1, "unit": "C"}', /^FIELD_UNKNOWN: unit: /],
    [single, '{"value": 1, "agent_id": "other"}', /^TOPIC_MISMATCH: agent_id/],
    [single, `{"value": 1, "timestamp": ${old}}`, /^TIMESTAMP_TOO_OLD: /],
    [single, `{"value": 1, "timestamp": ${ahead}}`, /^TIMESTAMP_IN_FUTURE: /],
    [batch, '[1, 2]', /^POINT_INVALID: /],
    [batch, '{"points": [{"metric_name": "a", "value": 1, "agent_id": "other"}]}', /^TOPIC_MISMATCH: /],
  ]
  for (const [topic, payload] of cases) await agent.publishAsync(topic, payload, { qos: 1 })
  await agent.publishAsync(single, '42', { qos: 1 })
  await until(async () => (await bench.values('poison')).length > 0, 'the good point is not stored')
  assert.deepEqual(await bench.values('poison'), [42])

  const letters = await reasons('poison')
  assert.equal(letters.length, cases.length)
  for (const [topic, payload, reason] of cases) {
    const letter = letters.find((each) => each.topic === topic && each.value.equals(Buffer.from(payload)))
    assert.match(letter?.reason ?? 'none', reason, `${topic} ${payload}`)
    assert.equal(letter?.tenant ?? 'poison', 'poison')
    assert.match(
      letter ? letterLine(letter) : '',
      /^dlq:mqtt:\S+\t\S+\t(poison|-)\t[A-Z_]+: .*\tmetrics\/poison\//,
    )
  }
  const { replayed: answers } = await replayLetters(
    bench.log,
    bench.database,
    letters.map(({ id }) => id),
    Date.now(),
  )
  assert.ok(answers.every(({ refusal }) => refusal !== null && refusal !== ''))
  assert.equal(await bridge.metric('streamgauge_mqtt_dead_letters_total{code="TOPIC_INVALID"}'), 2)
})

test('of a batch only the points that are at fault become a letter, which can be sent again', async () => {
  const tenant = await bench.tenant('partly', { seriesLimit: 2 })
  const agent = await bench.agent(tenant, 'web-1')
  const point = (metric_name: string, value: number, timestamp?: number) => ({
    metric_name,
    value,
    timestamp,
  })
  const points = [
    point('a', 1),
    point('b', 2),
    point('c', 3),
    point('a', 4, Date.now() + hour),
    point('d', 5),
  ]
  const payload = JSON.stringify({ epoch: 5, seq: 0, points })
  // Twice, as after a reconnect.
  for (let i = 0; i < 2; i++) await agent.publishAsync('metrics/partly/web-1/_batch', payload, { qos: 1 })
  await agent.publishAsync('metrics/partly/web-1/a', '6', { qos: 1 })
  await until(async () => (await bench.values('partly')).includes(6), 'the batch is not stored')
  assert.deepEqual(await bench.values('partly'), [1, 2, 6])

  const letters = await reasons('partly')
  assert.deepEqual(
    letters.map(({ reason, value }) => [
      reason.split(':')[0],
      JSON.parse(value.toString()).points.map((each: { value: number }) => each.value),
    ]),
    [
      ['TIMESTAMP_IN_FUTURE', [4]],
      ['SERIES_LIMIT', [3, 5]],
    ],
  )
  for (let i = 0; i < 2; i++) {
    const { replayed } = await replayLetters(
      bench.log,
      bench.database,
      letters.map(({ id }) => id),
      Date.now(),
    )
    assert.match(replayed[0].refusal ?? '', /^TIMESTAMP_IN_FUTURE/)
    assert.equal(replayed[1].refusal, null)
  }
  await agent.publishAsync('metrics/partly/web-1/a', '7', { qos: 1 })
  await until(async () => (await bench.values('partly')).includes(7), 'what follows is not stored')
  assert.deepEqual(await bench.values('partly'), [1, 2, 3, 5, 6, 7])
})

test('points that would be longer than a message when written again leave the whole message, and the bridge goes on', async () => {
  const tenant = await bench.tenant('grown')
  const agent = await bench.agent(tenant, 'web-1')
  // Each of these numbers is written with 21 digits.
  const bad = `{"metric_name":"a","value":[${Array(100_000).fill('1e20').join()}]}`
  const good = '{"metric_name":"a","value":1}'
  const payload = `{"epoch":5,"seq":0,"points":[${bad},${bad},${good}]}`
  await agent.publishAsync('metrics/grown/web-1/_batch', payload, { qos: 1 })
  await agent.publishAsync('metrics/grown/web-1/a', '2', { qos: 1 })
  await until(async () => (await bench.values('grown')).length === 2, 'the bridge stands still')
  assert.deepEqual(await bench.values('grown'), [1, 2])

  const [letter, ...more] = await reasons('grown')
  assert.deepEqual(more, [])
  assert.match(letter.reason, /^VALUE_INVALID: .*\(2 points\)$/)
  assert.equal(letter.value.toString(), payload)
  const { replayed } = await replayLetters(bench.log, bench.database, [letter.id], Date.now())
  assert.match(replayed[0].refusal ?? '', /its other points were taken/)
})

test('messages without a sequence count as often as they are published', async () => {
  const tenant = await bench.tenant('plain')
  const agent = await bench.agent(tenant, 'web-1')
  const publish = () => agent.publishAsync('metrics/plain/web-1/cpu', '{"value": 1}', { qos: 1 })
  await Promise.all(Array.from({ length: 20 }, publish))
  await agent.publishAsync('metrics/plain/web-1/cpu', '2', { qos: 0 })
  await until(async () => (await bench.values('plain')).length >= 21, 'not everything is stored')
  assert.deepEqual(await bench.values('plain'), [...Array(20).fill(1), 2])
})

test('a tenant over its quota is let wait, and nothing of it is lost', async () => {
  const tenant = await bench.tenant('busy', { quotaPointsPerSecond: 50 })
  const agent = await bench.agent(tenant, 'web-1')
  const values = Array.from({ length: 600 }, (_, i) => i)
  const start = Date.now()
  await Promise.all(
    values.map((value) => agent.publishAsync('metrics/busy/web-1/cpu', String(value), { qos: 1 })),
  )
  await until(async () => (await bench.values('busy')).length >= values.length, 'not everything is stored')
  assert.deepEqual(await bench.values('busy'), values)
  assert.ok(Date.now() - start >= 1_900, 'the burst of 500 points and 100 more at 50 a second')
  assert.deepEqual(await reasons('busy'), [])
})

test('while MariaDB is away messages go on into the log', async () => {
  const tenant = await bench.tenant('storeless')
  const agent = await bench.agent(tenant, 'web-1')
  await agent.publishAsync('metrics/storeless/web-1/cpu', '0', { qos: 1 })
  await until(async () => (await bench.values('storeless')).length === 1, 'nothing is stored')
  const points = await bridge.metric('streamgauge_mqtt_points_accepted_total')
  bench.services.control.mariadb.signal('SIGSTOP')
  try {
    await agent.publishAsync('metrics/storeless/web-1/cpu', '1', { qos: 1 })
    await until(
      async () => (await bridge.metric('streamgauge_mqtt_points_accepted_total')) > points,
      'the log has not got it',
    )
  } finally {
    bench.services.control.mariadb.signal('SIGCONT')
  }
  await until(async () => (await bench.values('storeless')).length === 2, 'it is not stored afterwards')
})
