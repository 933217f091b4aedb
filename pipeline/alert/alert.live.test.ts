import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import { alertGroup, topics } from '@streamgauge/core/topics.ts'
import { type Workbench, workbench } from '../persist/testing.ts'
import { alertsAtLeast, insertChannel, insertRule, storedAlerts } from './testing.ts'

const hour = 3_600_000
const second = 1_000

/** One record with points of `cpu`: pairs of seconds after `base` and value. */
function points(base: number, ...pairs: [number, number][]) {
  return {
    s: pairs.map(() => 0),
    t: pairs.map(([at]) => base + at * second),
    x: pairs.map(([, value]) => value),
  }
}

test('cpu > 90 for 10 s: OK → PENDING → FIRING → OK with their times, told once, in order, and published', async () => {
  await using bench = await workbench()
  const { database, log, tenant, partition } = bench
  const channels = [await insertChannel(database, tenant), await insertChannel(database, tenant)]
  const rule = await insertRule(database, tenant, { channels: [...channels, 999] })
  await bench.start()
  const base = Date.now() - 60 * second
  const offset = await bench.append({
    series: [['cpu', 'web-1', { region: 'eu' }]],
    ...points(base, [0, 50], [1, 95], [6, 91], [11, 99], [14, 93], [15, 90]),
  })
  const alerts = await alertsAtLeast(database, 3)
  assert.deepEqual(
    alerts.map(({ from, to, reason, value, at, position }) => [from, to, reason, value, at - base, position]),
    [
      ['OK', 'PENDING', 'threshold', 95, 1_000, offset],
      ['PENDING', 'FIRING', 'threshold', 99, 11_000, offset],
      ['FIRING', 'OK', 'threshold', 90, 15_000, offset],
    ],
  )
  const deliveries = await database.query<Record<string, number | string>>(
    'SELECT id, alert_id, channel_id, kind, after_delivery, status FROM deliveries ORDER BY id',
  )
  const [, firing, resolved] = alerts.map(({ id }) => id)
  assert.deepEqual(
    deliveries.map(({ alert_id, channel_id, kind, status }) => [alert_id, channel_id, kind, status]),
    [
      ...channels.map((channel) => [firing, channel, 'firing', 'pending']),
      ...channels.map((channel) => [resolved, channel, 'resolved', 'pending']),
    ],
  )
  const ids = deliveries.map(({ id }) => id)
  assert.deepEqual(
    deliveries.map(({ after_delivery }) => after_delivery),
    [null, null, ids[0], ids[1]],
  )
  await published(bench, 3)
  const records = await readToEnd(log, topics.transitions)
  const [first] = records
  assert.deepEqual(
    records.map((record) => [record.partition, record.key]),
    alerts.map(() => [partition, tenant]),
  )
  assert.deepEqual(JSON.parse(first.value.toString()), {
    ...{ id: alerts[0].id, rule_id: rule, rule_name: 'hot', severity: 'critical' },
    ...{ series: ['cpu', 'web-1', { region: 'eu' }], from: 'OK', to: 'PENDING', reason: 'threshold' },
    ...{ value: 95, threshold: 90, at: base + second, position: formatPosition({ partition, offset }) },
  })
})

test('without a further point the clock decides; silence resolves nothing unless the rule says so', async () => {
  await using bench = await workbench()
  const { database, tenant } = bench
  const kept = await insertRule(database, tenant, { durationMs: 2_000 })
  const told = await insertRule(database, tenant, { durationMs: 0, noData: 'alert' })
  let ahead = 0
  await bench.start({ clock: () => Date.now() + ahead })
  const at = Date.now()
  await bench.append({ t: [at], x: [95] })
  const alerts = await alertsAtLeast(database, 3)
  assert.deepEqual(
    alerts.map(({ rule, to, at: when }) => [rule, to, when - at]).sort(),
    [
      [kept, 'FIRING', 2_000],
      [kept, 'PENDING', 0],
      [told, 'FIRING', 0],
    ].sort(),
  )
  ahead = hour
  const [, , , silent] = await alertsAtLeast(database, 4)
  assert.deepEqual([silent.rule, silent.to, silent.reason, silent.value], [told, 'NO_DATA', 'no_data', null])
  assert.equal(silent.at - at, 300_000)
  const states = await database.query('SELECT rule_id, state FROM alert_states ORDER BY rule_id')
  assert.deepEqual(states, [
    { rule_id: kept, state: 'FIRING' },
    { rule_id: told, state: 'NO_DATA' },
  ])
  const [{ version }] = (await readFollowers(database, alertGroup)).filter(
    (one) => one.partition === bench.partition,
  )
  assert.ok(version >= 2, 'changes made by the clock are not counted')
})

test('who breaches again after a silence is not over; the end is told to all who heard of it, whatever the rule says now', async () => {
  await using bench = await workbench()
  const { database, tenant } = bench
  const [before, after] = [await insertChannel(database, tenant), await insertChannel(database, tenant)]
  await insertRule(database, tenant, { noData: 'alert', channels: [before] })
  let ahead = 0
  await bench.start({ clock: () => Date.now() + ahead })
  const base = Date.now() - 10 * second
  await bench.append(points(base, [0, 95], [10, 95]))
  await alertsAtLeast(database, 2)
  await database.execute('UPDATE alert_rules SET channels = ?, version = version + 1, updated_at = ?', [
    JSON.stringify([after]),
    Date.now(),
  ])
  while ((await database.query('SELECT 1 FROM alert_states WHERE version = 2')).length === 0) await sleep(20)
  ahead = hour
  await alertsAtLeast(database, 3)
  await bench.append(points(base, [400, 97], [405, 50]))
  const alerts = (await alertsAtLeast(database, 5)).slice(0, 5)
  assert.deepEqual(
    alerts.map(({ from, to }) => `${from} > ${to}`),
    ['OK > PENDING', 'PENDING > FIRING', 'FIRING > NO_DATA', 'NO_DATA > PENDING', 'PENDING > OK'],
  )
  const [, firing, silent, , over] = alerts.map(({ id }) => id)
  const told = await database.query<{ alert: number; channel: number; kind: string; first: number | null }>(
    `SELECT d.alert_id AS alert, d.channel_id AS channel, d.kind, f.alert_id AS first FROM deliveries d
     LEFT JOIN deliveries f ON f.id = d.after_delivery WHERE d.alert_id <= ? ORDER BY d.id`,
    [over],
  )
  assert.deepEqual(
    told.map(({ alert, channel, kind, first }) => [alert, channel, kind, first]),
    [
      [firing, before, 'firing', null],
      [silent, after, 'no_data', null],
      [over, before, 'resolved', firing],
      [over, after, 'resolved', silent],
    ],
  )
})

test('a rule that is made, changed, disabled or deleted takes effect without a restart', async () => {
  await using bench = await workbench()
  const { database, tenant } = bench
  await bench.start()
  const series: SeriesName[] = [['cpu', 'a', {}]]
  // The consumer runs, and has nothing to hold points against yet.
  await bench.append({ series, x: [95] })
  await taken(bench)
  const edit = (what: string) =>
    database.execute(`UPDATE alert_rules SET ${what}, version = version + 1, updated_at = ?`, [Date.now()])
  await insertRule(database, tenant, { durationMs: 0 })
  let at = Date.now()
  while ((await storedAlerts(database)).length === 0) {
    await bench.append({ series, t: [at], x: [95] })
    at = Date.now()
    await sleep(50)
  }
  const expected = [['OK', 'FIRING', 'threshold']]
  const transitions = async () => {
    const alerts = await alertsAtLeast(database, expected.length)
    assert.deepEqual(
      alerts.map(({ from, to, reason }) => [from, to, reason]),
      expected,
    )
  }
  await edit('duration_ms = 3600000')
  expected.push(['FIRING', 'PENDING', 'rule_changed'])
  await transitions()
  await edit('duration_ms = 0')
  expected.push(['PENDING', 'FIRING', 'threshold'])
  await transitions()
  await edit('enabled = FALSE')
  expected.push(['FIRING', 'OK', 'rule_disabled'])
  await transitions()
  assert.deepEqual(await database.query('SELECT * FROM alert_states'), [])
  await edit('enabled = TRUE')
  const before = expected.length
  while ((await storedAlerts(database)).length === before) {
    await bench.append({ series, x: [95] })
    await sleep(50)
  }
  expected.push(['OK', 'FIRING', 'threshold'])
  await transitions()
  await database.execute('UPDATE alert_rules SET deleted_at = ?', [Date.now()])
  expected.push(['FIRING', 'OK', 'rule_deleted'])
  await transitions()
})

/** Waits until everything in the log is held against the rules, and committed. */
async function taken({ log, database, partition }: Workbench): Promise<void> {
  const { high } = (await log.bounds(topics.ingest))[partition]
  const nextSrc = async () => (await readFollowers(database, alertGroup))[partition]?.nextSrc ?? -1
  while ((await nextSrc()) < high) await sleep(20)
}

async function published({ database }: Workbench, count: number): Promise<void> {
  while ((await storedAlerts(database)).filter((one) => one.published !== null).length < count)
    await sleep(20)
}
