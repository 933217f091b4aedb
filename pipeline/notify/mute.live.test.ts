import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLog } from '@streamgauge/adapters/log.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { startNotify } from './notify.ts'
import { type Outbox, outbox, receiver, until } from './testing.ts'

const logger = createLog({ name: 'notify', level: 'error', terminal: false })
const minute = 60_000
let store: Outbox

before(async () => {
  store = await outbox()
  await store.db.execute('ALTER TABLE metrics_raw ADD PARTITION (PARTITION rest VALUES LESS THAN MAXVALUE)')
})
after(() => store?.[Symbol.asyncDispose]())

/** A worker whose clock `wait` moves on. */
function worker() {
  let aheadMs = 0
  const notify = startNotify({
    ...{ databaseUrl: store.databaseUrl, webhookAllow: ['127.0.0.1/32'], smtp: null, publicUrl: '' },
    ...{ logger, registry: new Registry(), random: () => 0, clock: () => Date.now() + aheadMs },
  })
  return {
    ...notify,
    wait(ms: number) {
      aheadMs += ms
      notify.notifyNow()
    },
    [Symbol.asyncDispose]: notify.close,
  }
}

/** An enrolled agent that said something of itself. */
async function say(agent: string, status: 'online' | 'offline', at: number): Promise<void> {
  await store.db.execute(
    `INSERT INTO agents (tenant_id, agent_id, generation, enrolled_at, status, status_at)
     SELECT id, ?, 1, 0, ?, ? FROM tenants
     ON DUPLICATE KEY UPDATE status = VALUES(status), status_at = VALUES(status_at)`,
    [agent, status, at],
  )
}

async function alertOf(delivery: number): Promise<{ id: number; series: number }> {
  const [row] = await store.db.query<{ id: number; series: number }>(
    `SELECT alerts.id, series_id AS series FROM alerts JOIN deliveries ON alert_id = alerts.id WHERE deliveries.id = ?`,
    [delivery],
  )
  return row
}

/** The state that a message tells of holds; the last point that its rule has seen is of the time `last`. */
async function holds(delivery: number, last: number): Promise<void> {
  const { id, series } = await alertOf(delivery)
  await store.db.execute(
    `INSERT INTO alert_states (rule_id, series_id, tenant_id, topic_partition, version, state, data, alert_id)
     SELECT 1, ?, id, 0, 1, 'FIRING', ?, ? FROM tenants`,
    [series, JSON.stringify({ instance: { last } }), id],
  )
}

const status = async (id: number) => (await store.delivery(id)).status

test('an alert that was told, and of which later news is muted, is resolved all the same', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  await using notify = worker()
  const firing = await store.tell(channel, 'firing', { agent: 'back' })
  await until('it is told', async () => (await status(firing)) === 'delivered')
  await say('back', 'offline', Date.now() - 2 * minute)
  const silent = await store.tell(channel, 'silent', { agent: 'back', kind: 'no_data', after: firing })
  notify.notifyNow()
  await until('the silence is muted', async () => (await status(silent)) === 'muted')
  await say('back', 'online', Date.now())
  const over = await store.tell(channel, 'over', { agent: 'back', kind: 'resolved', after: silent })
  notify.notifyNow()
  await until('the end is settled', async () => (await status(over)) !== 'pending')
  assert.equal(await status(over), 'delivered')

  await say('gone', 'offline', Date.now() - 2 * minute)
  const kept = await store.tell(channel, 'told', { agent: 'gone', at: Date.now() - 3 * minute })
  const again = await store.tell(channel, 'muted', { agent: 'gone', kind: 'no_data', after: kept })
  const end = { agent: 'gone', kind: 'resolved', reason: 'rule_deleted' }
  await store.tell(channel, 'its rule gone', { ...end, after: again })
  const first = await store.tell(channel, 'muted', { agent: 'gone', after: over })
  const second = await store.tell(channel, 'muted', { agent: 'gone', kind: 'no_data', after: first })
  await store.tell(channel, 'nobody knew', { ...end, after: second })
  notify.notifyNow()
  await store.settled()
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['firing', 'over', 'told', 'its rule gone'],
  )
})

test('where points come after the goodbye of their agent, its alerts are told', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  const goodbye = Date.now() - minute
  await say('app', 'offline', goodbye)
  const speaking = await store.tell(channel, 'speaking', { agent: 'app' })
  const silent = await store.tell(channel, 'silent', { agent: 'app' })
  const point = async (delivery: number, ts: number) => {
    const { series } = await alertOf(delivery)
    await store.db.execute('INSERT INTO metrics_raw (series_id, ts, position, value) VALUES (?, ?, 1, 97)', [
      series,
      ts,
    ])
  }
  await point(speaking, goodbye + 1_001)
  await point(silent, goodbye + 1_000)
  await using notify = worker()
  notify.notifyNow()
  await store.settled()
  assert.deepEqual([await status(speaking), await status(silent)], ['delivered', 'muted'])
  await point(silent, goodbye + 2_000)
  await holds(silent, goodbye + 2_000)
  notify.wait(10_000)
  await until('it is told once it speaks', async () => (await status(silent)) === 'delivered')
})

test('what began while its agent was offline, and goes on when it is back, is told then', async () => {
  await using at = await receiver()
  const channel = await store.webhook(at.url)
  await say('pause', 'offline', Date.now() - minute)
  const [fires, over] = [
    await store.tell(channel, 'fires', { agent: 'pause' }),
    await store.tell(channel, 'over', { agent: 'pause' }),
  ]
  await holds(fires, Date.now() - 2 * minute)
  await using notify = worker()
  notify.notifyNow()
  await store.settled()
  // What is told now was looked for after the worker had asked who is back.
  await store.tell(channel, 'other')
  notify.wait(10_000)
  await store.settled()
  assert.deepEqual([await status(fires), await status(over)], ['muted', 'muted'])
  await say('pause', 'online', Date.now())
  notify.wait(10_000)
  await until('it is told', async () => (await status(fires)) === 'delivered')
  assert.equal(await status(over), 'muted')
  assert.deepEqual(
    at.got.map(({ name }) => name),
    ['other', 'fires'],
  )
})
