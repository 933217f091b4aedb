import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { lockCursor, readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { examine, heal } from '../doctor.ts'
import { startRetention } from '../retention/retention.ts'
import { createMetrics } from './metrics.ts'
import { createPersist, type Persist, sessionSettings } from './persist.ts'
import { knownTenants } from './tenants.ts'
import { logger, type Workbench, workbench } from './testing.ts'
import { persistGroup } from './write-run.ts'

/** A persist whose consumer is the test: it decides which owner acts, and when. */
async function owner(
  bench: Workbench,
  through: (db: Database) => Database = (db) => db,
  registry = new Registry(),
): Promise<Persist & AsyncDisposable> {
  const { log, database } = bench
  const options = { url: bench.stack.databaseUrl, session: sessionSettings, connectionLimit: 2 }
  const db = through(openDatabase(options))
  const persist = createPersist({
    log,
    db,
    tenants: knownTenants(database),
    metrics: createMetrics(registry),
    logger,
    rawRetentionMs: bench.config.limits.rawRetentionMs,
    needPartitions: async () => undefined,
    clock: Date.now,
  })
  return {
    ...persist,
    async [Symbol.asyncDispose]() {
      await persist.drain()
      await db.close()
    },
  }
}

async function makePartitions(bench: Workbench): Promise<void> {
  const { log, database, config } = bench
  const tools = { log, database, logger, registry: new Registry(), keep: config.limits, clock: Date.now }
  const retention = startRetention(tools)
  await retention.makePartitions()
  await retention.close()
}

async function assign(persist: Persist, bench: Workbench): Promise<number | undefined> {
  const bounds = (await bench.log.bounds(topics.ingest)).filter(
    ({ partition }) => partition === bench.partition,
  )
  return (await persist.handlers.assigned(bounds)).get(bench.partition)
}

/** As after a pause: what is known of faults stays. */
async function assignOnce(persist: Persist, bench: Workbench): Promise<void> {
  const bounds = (await bench.log.bounds(topics.ingest)).filter(
    ({ partition }) => partition === bench.partition,
  )
  while ((await persist.handlers.recheck(bounds)).size === 0) await sleep(20)
}

async function deliver(persist: Persist, bench: Workbench, records: LogRecord[]) {
  return persist.handlers.batch(bench.partition, records, records.length)
}

test('an owner that was replaced while it slept changes nothing when it wakes', async () => {
  await using bench = await workbench()
  await makePartitions(bench)
  await using sleeper = await owner(bench)
  await using heir = await owner(bench)
  // With ids, so that not even rows in the way would stop it.
  await bench.append(...[0, 1, 2, 3].map((n) => ({ x: [n], ids: [`id-${n}`] })))
  const records = await readToEnd(bench.log, topics.ingest)
  await assign(sleeper, bench)
  await deliver(sleeper, bench, records.slice(0, 1))
  // It sleeps; the partition moves on without it.
  await sleeper.drain()
  assert.equal(await assign(heir, bench), 0)
  await deliver(heir, bench, records.slice(0, 3))
  const before = (await bench.persisted()).length
  assert.equal(await deliver(sleeper, bench, records.slice(1, 4)), 'pause')
  assert.equal((await bench.persisted()).length, before, 'nothing is published ahead of the new owner')
  await deliver(heir, bench, records.slice(3))
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [0, 1, 2, 3],
  )
  assert.deepEqual(
    (await bench.persisted()).map(({ src }) => src),
    [0, 1, 2, 3],
  )
})

test('an answer that comes late does not put back what was learned since', async () => {
  await using bench = await workbench()
  await makePartitions(bench)
  const answer = Promise.withResolvers<void>()
  let slow = true
  await using late = await owner(bench, (db) => ({
    ...db,
    async query(sql, params) {
      const waits = slow
      const rows = await db.query(sql, params)
      if (waits) await answer.promise
      return rows as never
    },
  }))
  await using other = await owner(bench)
  await bench.append({ x: [0] }, { x: [1] }, { x: [2] })
  const bounds = (await bench.log.bounds(topics.ingest)).filter((one) => one.partition === bench.partition)
  const first = late.handlers.assigned(bounds)
  await assign(other, bench)
  await deliver(other, bench, await readToEnd(bench.log, topics.ingest))
  await other.drain()
  slow = false
  const start = (await late.handlers.recheck(bounds)).get(bench.partition)
  assert.equal(start, 2)
  answer.resolve()
  assert.deepEqual([...(await first)], [])
  await bench.append({ x: [3] })
  const due = (await readToEnd(bench.log, topics.ingest)).slice(start)
  assert.equal(await deliver(late, bench, due), undefined)
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [0, 1, 2, 3],
  )
})

test('records that are missing stop the partition only when they are missing again', async () => {
  await using bench = await workbench()
  await makePartitions(bench)
  await using persist = await owner(bench)
  await bench.append({ x: [0] }, { x: [1] }, { x: [2] })
  const records = await readToEnd(bench.log, topics.ingest)
  for (const stopped of [[], ['GAP']]) {
    await assignOnce(persist, bench)
    await deliver(persist, bench, records.slice(1))
    assert.deepEqual(
      persist.health().stopped.map(({ code }) => code),
      stopped,
    )
  }
  assert.deepEqual(await bench.raw(), [])
})

test('records before one that is missing are persisted; the partition stops there', async () => {
  await using bench = await workbench()
  await makePartitions(bench)
  await using persist = await owner(bench)
  await bench.append({ x: [0] }, { x: [1] }, { x: [2] }, { x: [3] })
  const records = await readToEnd(bench.log, topics.ingest)
  await assign(persist, bench)
  const left = records.filter(({ offset }) => offset !== 2)
  await deliver(persist, bench, left)
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [0, 1],
  )
  assert.equal((await bench.persisted()).length, 2)
  await assignOnce(persist, bench)
  await deliver(persist, bench, left)
  assert.deepEqual(
    persist.health().stopped.map(({ code }) => code),
    ['GAP'],
  )
})

test('a partition that stopped here and is given to another member is no longer told of', async () => {
  await using bench = await workbench()
  await bench.database.execute('UPDATE cursors SET next_offset = 9, published = 9')
  const registry = new Registry()
  await using persist = await owner(bench, (db) => db, registry)
  assert.equal(await assign(persist, bench), undefined)
  assert.equal(persist.health().stopped.length, 1)
  assert.match(await registry.metrics(), /stuck_partitions\{.*LOG_END/)
  await persist.handlers.assigned([])
  assert.deepEqual(persist.health().stopped, [])
  assert.doesNotMatch(await registry.metrics(), /stuck_partitions\{/)
})

test('a frozen owner loses its lock, and with it its transaction', async () => {
  await using bench = await workbench()
  const db = openDatabase({ url: bench.stack.databaseUrl, session: sessionSettings, connectionLimit: 2 })
  const frozen = await db.connection()
  await frozen.begin()
  await lockCursor(frozen, persistGroup, bench.partition)
  const start = Date.now()
  const attempt = async () => {
    const next = await db.connection()
    try {
      await next.begin()
      return await lockCursor(next, persistGroup, bench.partition)
    } finally {
      next.destroy()
    }
  }
  await assert.rejects(attempt(), { errno: 1205 })
  await attempt()
  assert.ok(Date.now() - start < 7_000)
  await assert.rejects(frozen.commit())
  frozen.destroy()
  await db.close()
})

test('a log that is not the same any more stops its partition until doctor has decided', async () => {
  await using bench = await workbench()
  const pipeline = await bench.start()
  await bench.append({ x: [1] }, { x: [2] })
  await bench.stored()
  await pipeline.close()
  const cases: [code: string, sql: string][] = [
    ['LOG_END', 'next_offset = 50, published = 50'],
    ['OTHER_LOG', 'next_offset = 2, published = 2, fingerprint = REPEAT("x", 32)'],
  ]
  for (const [code, sql] of cases) {
    await bench.database.execute(`UPDATE cursors SET ${sql} WHERE topic_partition = ?`, [bench.partition])
    const stored = await bench.raw()
    const again = await bench.start()
    await bench.append({ x: [3] })
    while (again.health().stopped.length === 0) await sleep(20)
    assert.equal(again.health().stopped[0].code, code)
    assert.deepEqual(await bench.raw(), stored, 'nothing is persisted from it')
    assert.deepEqual(
      (await examine(bench.log, bench.database)).map((one) => [one.partition, one.code]),
      [[bench.partition, code]],
    )
    await heal(bench.log, bench.database, bench.partition, Date.now())
    assert.deepEqual(await examine(bench.log, bench.database), [])
    // The rows of the "old log" are in the way only because this test has made it up.
    await bench.database.execute('DELETE FROM metrics_raw')
    await bench.stored()
    assert.deepEqual(again.health().stopped, [])
    await again.close()
  }
})

test('rows that exist already stop the partition: nothing is taken for a duplicate in silence', async () => {
  await using bench = await workbench()
  const pipeline = await bench.start()
  await bench.append({ x: [1] }, { x: [2] })
  await bench.stored()
  await pipeline.close()
  await bench.database.execute(
    'UPDATE cursors SET next_offset = 1, published = 1, fingerprint = NULL WHERE topic_partition = ?',
    [bench.partition],
  )
  const again = await bench.start()
  while (again.health().stopped.length === 0) await sleep(20)
  assert.equal(again.health().stopped[0].code, 'ROWS_EXIST')
  assert.equal((await readCursors(bench.database, persistGroup))[bench.partition].nextOffset, 1)
})
