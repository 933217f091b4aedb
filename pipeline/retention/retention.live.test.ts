import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import { createPartitionsCheck } from '@streamgauge/adapters/mariadb/partitions-check.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { dedupeBucketMs } from '@streamgauge/core/dedupe.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { logger, workbench } from '../persist/testing.ts'
import { asLeader } from './leader.ts'
import { startRetention } from './retention.ts'

const hour = 3_600_000
const hours = (gauge: string, value: string) =>
  new RegExp(`^streamgauge_partitions_${gauge}_hours\\{table="metrics_raw"\\} ${value}(\\.|$)`, 'm')

test('partitions are made ahead by one process at a time, and old ones dropped with their rows', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  let now = Date.now()
  const registry = new Registry()
  const tools = { log, database, logger, keep: limits, clock: () => now }
  const retention = startRetention({ ...tools, registry })
  const otherRegistry = new Registry()
  const other = startRetention({ ...tools, registry: otherRegistry })
  await Promise.all([retention.makePartitions(), other.makePartitions()])
  const made = await listPartitions(database, 'metrics_raw')
  assert.ok((made.at(-1)?.lessThan ?? 0) >= now + 48 * hour)
  assert.match(await registry.metrics(), hours('ahead', '4[89]'))
  assert.match(await registry.metrics(), hours('oldest_age', '24'))

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

  const leads = await database.connection()
  await leads.query(`SELECT GET_LOCK(SHA1(CONCAT(DATABASE(), '.retention')), 0)`)
  assert.equal(await other.turn(), false)
  leads.destroy()
  assert.match(
    await otherRegistry.metrics(),
    hours('ahead', '4[89]'),
    'who does not lead sees what the leader made',
  )
  assert.match(await otherRegistry.metrics(), hours('oldest_age', '2[56]'))

  // A record that may not have been published yet keeps what it may need.
  await bench.append({})
  now += 24 * hour
  await retention.turn()
  assert.deepEqual(await database.query('SELECT value FROM metrics_raw'), rows)
  await retention.close()
  await other.close()
})

test('a process that starts while a backup leads has enough of the partitions that are there', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  let now = Date.now()
  const tools = { log, database, logger, keep: limits, registry: new Registry(), clock: () => now }
  const retention = startRetention(tools)
  await retention.makePartitions()
  const made = await listPartitions(database, 'metrics_raw')
  now += 3 * hour
  await asLeader(database, 'retention', 0, async () => {
    await retention.makePartitions()
    assert.deepEqual(await listPartitions(database, 'metrics_raw'), made)
  })
  await retention.close()
})

test('a reader that takes long holds up neither writers nor the other tables, and is told of', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  let now = Date.now()
  const tools = { log, database, logger, keep: limits, clock: () => now }
  const registry = new Registry()
  const retention = startRetention({ ...tools, registry })
  await retention.makePartitions()
  const check = createPartitionsCheck(
    (work) => work(database),
    limits,
    () => now,
  )
  assert.deepEqual(await check(), [])

  const reader = await database.connection()
  await reader.begin()
  await reader.query('SELECT * FROM metrics_raw')
  now += 14 * hour
  const turn = retention.turn()
  turn.catch(() => undefined)
  // It waits for the reader now; who writes waits for it.
  const waits = `SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE 'Waiting for table metadata lock'`
  while ((await database.query(waits)).length === 0);
  await database.execute('INSERT INTO metrics_raw VALUES (1, ?, 1, 1)', [now])
  await assert.rejects(turn, /Lock wait timeout/)
  assert.match((await check()).join(), /^metrics_raw has partitions for 3[45] h only/)
  assert.match(await registry.metrics(), hours('ahead', '3[45]'))
  assert.match(await registry.metrics(), hours('oldest_age', '3[89]'))
  const others = await listPartitions(database, 'dedupe')
  assert.ok((others.at(-1)?.lessThan ?? 0) * dedupeBucketMs >= now + 48 * hour)

  await reader.rollback()
  reader.release()
  assert.equal(await retention.turn(), true)
  now += 6_000
  assert.deepEqual(await check(), [])
  await retention.close()
})

test('while a reader keeps the job from its table, nothing that comes waits longer than the job does', async (t) => {
  await using bench = await workbench()
  await using cleanup = new AsyncDisposableStack()
  const { log, database } = bench
  let now = Date.now()
  const clock = () => now
  await bench.start({ clock })
  const retention = startRetention({ log, database, logger, registry: new Registry(), keep: limits, clock })
  cleanup.defer(() => retention.close())
  await bench.append({})
  await bench.stored()

  const reader = await database.connection()
  cleanup.defer(() => reader.destroy())
  await reader.begin()
  await reader.query('SELECT * FROM metrics_raw')
  now += 14 * hour
  let over = false
  const turn = retention
    .turn()
    .catch(String)
    .finally(() => {
      over = true
    })
  let longest = 0
  while (!over) {
    const start = performance.now()
    await bench.append({ received: now })
    await bench.stored()
    longest = Math.max(longest, performance.now() - start)
  }
  assert.match(String(await turn), /Lock wait timeout/)
  t.diagnostic(`append to stored: ${Math.round(longest)} ms at most`)
  assert.ok(longest > 500, 'persist has waited for the job')
  // The 2 s that the job waits, and what a busy machine adds.
  assert.ok(longest < 2_000 + 1_500, `${longest} ms`)
})
