import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Transition } from '@streamgauge/core/transition.ts'
import { type AlertRoutes, startAlertRoutes } from './testing.ts'

let routes: AlertRoutes
before(async () => {
  routes = await startAlertRoutes()
  await seed()
})
after(() => routes[Symbol.asyncDispose]())

const T0 = 1_790_000_000_000

/** One line for each transition of acme: rule, metric, agent, from, to, seconds after T0. */
const table = `
  1 cpu  web-1 OK      PENDING 0
  1 cpu  web-2 OK      PENDING 5
  1 cpu  web-1 PENDING FIRING  10
  2 disk web-1 OK      FIRING  20
  2 disk -     OK      NO_DATA 30
  1 cpu  web-1 FIRING  OK      40
  2 disk web-2 OK      FIRING  40
`
const lines = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))

const theirs = ['1', 'cpu', 'theirs', 'OK', 'FIRING', '0']

async function seed(): Promise<void> {
  const { database, tenantIds } = routes
  const row = (tenantId: number, [rule, metric, agent, from, to, after]: string[], series: number) => [
    ...[tenantId, Number(rule), 1, `rule ${rule}`, 'critical', metric, agent === '-' ? null : agent],
    ...['{"a":"1"}', series, from, to, 'threshold', to === 'NO_DATA' ? null : 97.5, 90],
    ...[T0 + Number(after) * 1000, 3, 100 + series, T0],
  ]
  const seriesOf = ([, metric, agent]: string[]) =>
    ['cpu web-1', 'cpu web-2', 'disk web-1', 'disk -', 'disk web-2'].indexOf(`${metric} ${agent}`) + 1
  for (const [tenantId, some] of [
    [tenantIds.acme, lines],
    [tenantIds.globex, [theirs]],
  ] as const) {
    for (const line of some) {
      const series = seriesOf(line)
      const { insertId } = await database.execute(
        `INSERT INTO alerts (tenant_id, rule_id, rule_version, rule_name, severity, metric_name, agent_id, tags,
           series_id, from_state, to_state, reason, value, threshold, at, topic_partition, position, created_at)
         VALUES ?`,
        [[row(tenantId, line, series)]],
      )
      await database.execute(
        `INSERT INTO alert_states (rule_id, series_id, tenant_id, topic_partition, version, state, data, alert_id)
         VALUES (?, ?, ?, 3, 1, ?, '{}', ?)
         ON DUPLICATE KEY UPDATE state = VALUES(state), alert_id = VALUES(alert_id)`,
        [Number(line[0]), series, tenantId, line[4], insertId],
      )
    }
  }
}

/** As lines of the table above, without the spaces. */
async function list(query = ''): Promise<string[]> {
  const { status, body } = await routes.ask('read', 'GET', `alerts${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.items.map(({ rule_id, series: [metric, agent], from, to, at }: Transition) =>
    [rule_id, metric, agent ?? '-', from, to, (at - T0) / 1000].join(' '),
  )
}
const written = lines.map((line) => line.join(' ')).reverse()
const where = (test: (line: string[]) => boolean) => written.filter((line) => test(line.split(' ')))

test('alerts come newest first, each as the stream and channels tell it', async () => {
  assert.deepEqual(await list(), written)
  const { body } = await routes.ask('read', 'GET', 'alerts?limit=1')
  const { id, ...newest } = body.items[0]
  assert.ok(Number.isSafeInteger(id))
  assert.deepEqual(newest, {
    ...{ rule_id: 2, rule_name: 'rule 2', severity: 'critical', series: ['disk', 'web-2', { a: '1' }] },
    ...{ from: 'OK', to: 'FIRING', reason: 'threshold', value: 97.5, threshold: 90, at: T0 + 40_000 },
    position: '3:105',
  })
})

test('alerts are filtered by state, rule, agent, metric and time, in any combination', async () => {
  const at = (seconds: number) => String(T0 + seconds * 1000)
  assert.deepEqual(
    await list('?state=FIRING'),
    where(([, , , , to]) => to === 'FIRING'),
  )
  assert.deepEqual(
    await list('?state=OK&state=NO_DATA'),
    where(([, , , , to]) => to === 'OK' || to === 'NO_DATA'),
  )
  assert.deepEqual(
    await list('?rule=2'),
    where(([rule]) => rule === '2'),
  )
  assert.deepEqual(await list('?rule=2&rule=1'), written)
  assert.deepEqual(
    await list('?agent=web-2'),
    where(([, , agent]) => agent === 'web-2'),
  )
  assert.deepEqual(
    await list('?metric=disk&agent=web-1'),
    where(([, m, a]) => m === 'disk' && a === 'web-1'),
  )
  assert.deepEqual(
    await list(`?from=${at(10)}&to=${at(40)}`),
    where((line) => +line[5] >= 10 && +line[5] < 40),
  )
  assert.deepEqual(
    await list(`?from=${new Date(T0 + 40_000).toISOString()}`),
    where((line) => +line[5] >= 40),
  )
  assert.deepEqual(await list('?rule=3'), [])
  for (const query of [
    '?state=firing',
    '?rule=x',
    '?from=yesterday',
    '?cursor=!',
    '?foo=1',
    '?firing=maybe',
  ]) {
    const { status, body } = await routes.ask('read', 'GET', `alerts${query}`)
    assert.deepEqual([status, body.code], [422, 'QUERY_INVALID'], query)
  }
})

test('pages of alerts leave none out and repeat none, also while new ones come', async () => {
  const first = await routes.ask('read', 'GET', 'alerts?limit=3')
  const ids = (body: { items: Transition[] }) => body.items.map(({ id }) => id)
  const all = ids((await routes.ask('read', 'GET', 'alerts')).body)
  await routes.database.execute(
    `INSERT INTO alerts (tenant_id, rule_id, rule_version, rule_name, severity, metric_name, tags, series_id,
       from_state, to_state, reason, threshold, at, topic_partition, position, created_at)
     VALUES (?, 9, 1, 'new', 'info', 'new', '{}', 9, 'OK', 'FIRING', 'threshold', 1, ?, 3, 1, 0)`,
    [routes.tenantIds.acme, T0 + 50_000],
  )
  const second = await routes.ask('read', 'GET', `alerts?limit=3&cursor=${first.body.next}`)
  const third = await routes.ask('read', 'GET', `alerts?limit=3&cursor=${second.body.next}`)
  assert.equal(third.body.next, null)
  assert.deepEqual(
    [first, second, third].flatMap(({ body }) => ids(body)),
    all,
  )
  await routes.database.execute("DELETE FROM alerts WHERE rule_name = 'new'")
})

test('what fires now is told as the last change of each series, silence included', async () => {
  const now = ['2 disk web-2 OK FIRING 40', '2 disk - OK NO_DATA 30', '2 disk web-1 OK FIRING 20']
  assert.deepEqual(await list('?firing=true'), now)
  assert.deepEqual(await list('?firing=true&agent=web-1'), [now[2]])
  assert.deepEqual(await list('?firing=true&state=NO_DATA'), [now[1]])
  assert.deepEqual(await list('?firing=false&limit=1'), [written[0]])
})

test('alerts are read with read, by the tenant alone', async () => {
  assert.equal((await routes.ask('ingest', 'GET', 'alerts')).status, 403)
  const foreign = await routes.token('globex', 'manage')
  assert.equal((await routes.ask(foreign, 'GET', 'alerts?firing=true')).status, 403)
  assert.ok(!(await list('?limit=1000')).some((line) => line.includes('theirs')))
  assert.ok(!(await list('?firing=true')).some((line) => line.includes('theirs')))
})
