import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { logger, workbench } from '../persist/testing.ts'
import { startRetention } from './retention.ts'

const hour = 3_600_000

test('partitions are made ahead by one process at a time, and old ones dropped with their rows', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  let now = Date.now()
  const registry = new Registry()
  const tools = { log, database, logger, keep: limits, clock: () => now }
  const retention = startRetention({ ...tools, registry })
  const other = startRetention({ ...tools, registry: new Registry() })
  await Promise.all([retention.makePartitions(), other.makePartitions()])
  const made = await listPartitions(database, 'metrics_raw')
  assert.ok((made.at(-1)?.lessThan ?? 0) >= now + 48 * hour)
  const gauge = await registry.metrics()
  assert.match(gauge, /streamgauge_partitions_ahead_hours\{table="metrics_raw"\} 4[89]/)

  const held = await database.connection()
  await held.query(`SELECT GET_LOCK(SHA1(CONCAT(DATABASE(), '.retention')), 0)`)
  assert.equal(await retention.turn(), false, 'another process leads')
  held.destroy()

  await database.execute('INSERT INTO metrics_raw VALUES (1, ?, 1, 1), (1, ?, 2, 2)', [now - 23 * hour, now])
  now += 12 * hour
  while (!(await retention.turn()));
  const later = await listPartitions(database, 'metrics_raw')
  assert.ok((later.at(-1)?.lessThan ?? 0) >= now + 48 * hour)
  const rows = await database.query<{ value: number }>('SELECT value FROM metrics_raw')
  assert.deepEqual(rows, [{ value: 2 }])

  // A record that may not have been published yet keeps what it may need.
  await bench.append({})
  now += 24 * hour
  await retention.turn()
  assert.deepEqual(await database.query('SELECT value FROM metrics_raw'), rows)
  await retention.close()
  await other.close()
})
