import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { insertRule } from '../alert/testing.ts'
import { workbench } from '../persist/testing.ts'
import { receiver, until } from './testing.ts'

test('points above a threshold reach the webhook as one beginning and one end', async () => {
  await using bench = await workbench()
  await using at = await receiver()
  const { database, tenant } = bench
  const secret = Buffer.alloc(32, 7)
  const { insertId: channel } = await database.execute(
    `INSERT INTO channels (tenant_id, name, type, url, secret, created_at)
     SELECT id, 'hook', 'webhook', ?, ?, 0 FROM tenants WHERE name = ?`,
    [at.url, secret, tenant],
  )
  await insertRule(database, tenant, { channels: [channel], durationMs: 0 })
  await bench.start({
    config: { ...bench.config, notify: { webhookAllow: ['127.0.0.1/32'], smtp: null } },
  })
  const series: [string, string, object][] = [['cpu', 'web-1', {}]]
  const rounds = 10
  for (let i = 0; i < rounds; i++) {
    for (const [value, turn] of [
      [95, 1],
      [50, 2],
    ]) {
      await bench.append({
        series: series as never,
        s: [0],
        t: [Date.now() - 60_000 + 2 * i + turn],
        x: [value],
      })
      await until('it is told', () => at.got.length >= 2 * i + turn)
    }
  }
  const verify = ({ body, headers }: (typeof at.got)[number]) =>
    new Webhook(`whsec_${secret.toString('base64')}`).verify(body, headers as Record<string, string>)
  const told = at.got.map((one) => verify(one) as { type: string; data: { value: number } })
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.value]),
    Array.from({ length: rounds }, () => [
      ['alert.firing', 95],
      ['alert.resolved', 50],
    ]).flat(),
  )
})
