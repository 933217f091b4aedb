import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { outbox } from '../notify/testing.ts'
import { logger } from '../persist/testing.ts'
import { startAlertRetention } from './alerts.ts'

const day = 86_400_000

test('what is older than it is kept goes, but no message that waits and nothing of an alert that goes on', async () => {
  await using store = await outbox()
  const { db } = store
  let now = Date.now()
  const told = now
  const registry = new Registry()
  const retention = startAlertRetention({ database: db, logger, registry, keep: limits, clock: () => now })
  const channel = await store.webhook('http://127.0.0.1/')
  const names = new Map<number, string>()
  const tell = async (name: string, status: string, more = {}) => {
    const id = await store.tell(channel, name, more)
    names.set(id, name)
    const settled = status === 'pending' ? null : told
    await db.execute('UPDATE deliveries SET status = ?, settled_at = ? WHERE id = ?', [status, settled, id])
    await db.execute(
      'INSERT INTO delivery_attempts (delivery_id, attempt, at, took_ms) VALUES (?, 1, ?, 1)',
      [id, told],
    )
    return id
  }
  const alertOf = async (delivery: number) =>
    (await db.query<{ id: number }>('SELECT alert_id AS id FROM deliveries WHERE id = ?', [delivery]))[0].id
  const over = await tell('over', 'delivered')
  await tell('over, its end', 'delivered', { kind: 'resolved', after: over })
  const begun = await tell('begun', 'delivered')
  await tell('its end waits', 'pending', { kind: 'resolved', after: begun })
  await tell('given up', 'failed')
  const first = await tell('told first', 'delivered')
  const open = await tell('goes on', 'muted', { after: first })
  await tell('waits', 'pending')
  const fresh = await tell('unpublished', 'delivered')
  await db.execute('UPDATE alerts SET published_at = ? WHERE id <> ?', [told, await alertOf(fresh)])
  const state = async (alert: number, series: number, name: string) =>
    db.execute(
      `INSERT INTO alert_states (rule_id, series_id, tenant_id, topic_partition, version, state, data, alert_id)
       VALUES (1, ?, 1, 0, 1, ?, ?, ?)`,
      [series, name, JSON.stringify({ told: { open: name !== 'OK', last: { 1: alert } } }), alert],
    )
  await state(await alertOf(open), 1, 'FIRING')
  await state(await alertOf(over), 2, 'OK')
  await db.execute(
    `INSERT INTO alert_rule_versions (rule_id, version, tenant_id, name, metric_name, operator, threshold, duration_ms,
       tags, keep_firing_ms, no_data, severity, channels, enabled, updated_at, ended_at)
     VALUES (1, 1, 1, 'a', 'cpu', '>', 1, 0, '{}', 0, 'keep', 'info', '[]', TRUE, 0, ?), (1, 2, 1, 'a', 'cpu', '>', 1,
       0, '{}', 0, 'keep', 'info', '[]', TRUE, 0, ?)`,
    [told, told + 10 * day],
  )

  async function left() {
    const deliveries = await db.query<{ id: number }>('SELECT id FROM deliveries ORDER BY id')
    const tries = await db.query<{ id: number }>('SELECT delivery_id AS id FROM delivery_attempts ORDER BY 1')
    const alerts = await db.query<{ name: string }>('SELECT rule_name AS name FROM alerts ORDER BY id')
    assert.deepEqual(tries, deliveries, 'tries go with their message')
    return {
      deliveries: deliveries.map(({ id }) => names.get(id)),
      alerts: alerts.map(({ name }) => name),
      versions: (await db.query('SELECT 1 FROM alert_rule_versions')).length,
    }
  }

  const all = [...names.values()]
  now = told + limits.deliveryRetentionMs
  assert.equal(await retention.turn(), true)
  assert.deepEqual(await left(), { deliveries: all, alerts: all, versions: 2 }, 'nothing is old yet')

  now += day
  await retention.turn()
  const needed = ['begun', 'its end waits', 'told first', 'goes on', 'waits']
  assert.deepEqual(await left(), { deliveries: needed, alerts: all, versions: 1 })

  now = told + limits.alertRetentionMs + day
  await retention.turn()
  assert.deepEqual(await left(), { deliveries: needed, alerts: [...needed, 'unpublished'], versions: 0 })

  await db.execute("UPDATE deliveries SET status = 'delivered'")
  await db.execute("UPDATE alert_states SET state = 'OK'")
  await db.execute('UPDATE alerts SET published_at = ?', [told])
  await retention.turn()
  assert.deepEqual(await left(), { deliveries: [], alerts: [], versions: 0 })
  assert.match(await registry.metrics(), /streamgauge_pruned_rows_total\{table="deliveries"\} 9/)
  await retention.close()
})
