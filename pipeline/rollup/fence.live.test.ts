import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { rollupGroup, srcHeader, topics } from '@streamgauge/core/topics.ts'
import { batchOf } from '../persist/fixture.ts'
import { sessionSettings } from '../persist/persist.ts'
import { logger, type Workbench, workbench } from '../persist/testing.ts'
import { startRetention } from '../retention/retention.ts'
import { createFollowers } from './begin.ts'
import { createRollups } from './rollup.ts'
import { storedWindows } from './testing.ts'

const minute = 60_000

/** What persist would have published: one record for each value, all of one series and one window. */
async function prepare(bench: Workbench, values: readonly number[]) {
  const { log, database, tenant: key, partition } = bench
  const retention = startRetention({
    ...{ log, database, logger, registry: new Registry(), keep: limits, clock: Date.now },
  })
  await retention.makePartitions()
  await retention.close()
  await createFollowers(log, database, rollupGroup)
  const received = Date.now() - (Date.now() % minute)
  const records = values.map((value, src) => ({
    ...{ key, partition, headers: { [srcHeader]: String(src) } },
    value: JSON.stringify(batchOf({ received, t: [received], x: [value], sid: [1] })),
  }))
  await log.append(topics.persisted, records)
  return readToEnd(log, topics.persisted)
}

/** A rollup whose consumer is the test. `stepMs` passes with every look at its clock: with a second all is written at once. */
async function owner(bench: Workbench, stepMs: number, through: (db: Database) => Database = (db) => db) {
  const options = { url: bench.stack.databaseUrl, session: sessionSettings, connectionLimit: 2 }
  const db = through(openDatabase(options))
  const asked: number[] = []
  let now = Date.now()
  const rollups = createRollups({
    ...{ db, registry: new Registry(), logger, keep: { '1m': 7 * 86_400_000, '5m': 30 * 86_400_000 } },
    ...{ needPartitions: async () => undefined, ask: (partition) => asked.push(partition) },
    clock: () => {
      now += stepMs
      return now
    },
  })
  const bounds = async () =>
    (await bench.log.bounds(topics.persisted)).filter(({ partition }) => partition === bench.partition)
  return {
    ...rollups,
    asked,
    assign: async () => (await rollups.handlers.assigned(await bounds())).get(bench.partition),
    recheck: async () => (await rollups.handlers.recheck(await bounds())).get(bench.partition),
    async [Symbol.asyncDispose]() {
      await rollups.drain()
      await db.close()
    },
  }
}

async function state({ database, partition }: Workbench) {
  const { nextSrc } = (await readFollowers(database, rollupGroup))[partition]
  const rows = await storedWindows(database, '1m')
  return { nextSrc, counts: rows.map(({ count, sum }) => [count, sum]) }
}

test('an owner that was replaced while it slept changes nothing when it wakes', async () => {
  await using bench = await workbench()
  const records = await prepare(bench, [1, 2, 4, 8])
  await using sleeper = await owner(bench, 10_000)
  await using heir = await owner(bench, 10_000)
  assert.equal(await sleeper.assign(), 0)
  await sleeper.handlers.batch(bench.partition, records.slice(0, 1), 4)
  assert.equal(await heir.assign(), 1)
  await heir.handlers.batch(bench.partition, records.slice(1, 3), 4)
  assert.deepEqual(await state(bench), { nextSrc: 3, counts: [[3, 7]] })
  assert.equal(await sleeper.handlers.batch(bench.partition, records.slice(1), 4), 'pause')
  assert.deepEqual(await state(bench), { nextSrc: 3, counts: [[3, 7]] })
  assert.equal(await heir.handlers.batch(bench.partition, records.slice(3), 4), undefined)
  assert.deepEqual(await state(bench), { nextSrc: 4, counts: [[4, 15]] })
})

test('a commit whose answer is lost counts once', async () => {
  await using bench = await workbench()
  const records = await prepare(bench, [1, 2])
  let lose = true
  await using one = await owner(bench, 10_000, (db) => ({
    ...db,
    async connection() {
      const connection = await db.connection()
      return {
        ...connection,
        async commit() {
          await connection.commit()
          if (lose) throw new Error('the connection was lost')
        },
      }
    },
  }))
  await one.assign()
  assert.equal(await one.handlers.batch(bench.partition, records.slice(0, 1), 2), 'pause')
  lose = false
  let next: number | undefined
  while (next === undefined) next = await one.recheck()
  assert.equal(next, 1)
  assert.equal(await one.handlers.batch(bench.partition, records.slice(1), 2), undefined)
  assert.deepEqual(await state(bench), { nextSrc: 2, counts: [[2, 3]] })
})

test('what was taken is written although nothing more comes; when that fails, its partition is asked for', async () => {
  await using bench = await workbench()
  const records = await prepare(bench, [1, 2, 4])
  let away = false
  await using one = await owner(bench, 0, (db) => ({
    ...db,
    connection: () => (away ? Promise.reject(new Error('away')) : db.connection()),
  }))
  await one.assign()
  for (const record of records.slice(0, 2)) await one.handlers.batch(bench.partition, [record], 3)
  assert.equal((await state(bench)).nextSrc, 1, 'the second waits for a second')
  while ((await state(bench)).nextSrc < 2) await sleep(20)
  away = true
  await one.handlers.batch(bench.partition, records.slice(2), 3)
  while (one.asked.length === 0) await sleep(20)
  assert.deepEqual(one.asked, [bench.partition])
  assert.equal(await one.handlers.batch(bench.partition, records.slice(2), 3), 'pause')
  assert.deepEqual(await state(bench), { nextSrc: 2, counts: [[2, 3]] })
})
