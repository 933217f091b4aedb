import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dedupeBucketMs } from '@streamgauge/core/dedupe.ts'
import { offsetOf } from '@streamgauge/core/position.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { batchOf } from './fixture.ts'
import { workbench } from './testing.ts'

test('a record is stored with its position and published with the ids of its series', async () => {
  await using bench = await workbench()
  const offset = await bench.append({ x: [12.5] }, { x: [3] })
  const pipeline = await bench.start()
  await bench.stored()
  await pipeline.close()
  const rows = await bench.raw()
  assert.deepEqual(
    rows.map(({ value, position }) => [value, offsetOf(position)]),
    [
      [12.5, offset],
      [3, offset + 1],
    ],
  )
  const published = await bench.persisted()
  assert.deepEqual(
    published.map(({ src }) => src),
    [offset, offset + 1],
  )
  assert.equal(published[0].batch.sid?.length, 1)
  assert.deepEqual(published[0].batch.x, [12.5])
})

test('an id counts once: in a record, in a run, in later runs and in another bucket', async () => {
  await using bench = await workbench()
  const now = Date.now()
  const three = { s: [0, 0, 0], t: [now, now, now] }
  const pipeline = await bench.start()
  await bench.append(
    { ...three, x: [1, 2, 3], ids: ['a', 'a', null] },
    { ...three, x: [4, 5, 6], ids: ['a', 'b', null] },
    { x: [7], id: 'whole' },
    { x: [8], id: 'whole' },
    // The id of a record and the id of a point are different things.
    { x: [9], ids: ['whole'] },
  )
  await bench.stored()
  await bench.append({ ...three, x: [10, 11, 12], ids: ['b', 'c', 'a'] }, { x: [13], id: 'whole' })
  // An older bucket, as when clocks differ around its end: its unique key knows nothing of the newer one.
  await bench.append({ received: now - dedupeBucketMs, x: [14], ids: ['a'] }, { x: [15], ids: ['d'] })
  await bench.append({ received: now + dedupeBucketMs, x: [16], ids: ['d'] })
  await bench.stored()
  await pipeline.close()
  const kept = [1, 3, 5, 6, 7, 9, 11, 15]
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    kept,
  )
  const published = await bench.persisted()
  assert.deepEqual(
    published.flatMap(({ batch }) => batch.x),
    kept,
  )
  assert.equal(published.length, 10, 'one record each, also where nothing was kept')
})

test('points without an id are never merged', async () => {
  await using bench = await workbench()
  const now = Date.now()
  await bench.append({ s: [0, 0], t: [now, now], x: [1, 1] }, { t: [now], x: [1] })
  const pipeline = await bench.start()
  await bench.stored()
  assert.equal((await bench.raw()).length, 3)
  await pipeline.close()
})

test('a point older than raw is kept skips raw and is published', async () => {
  await using bench = await workbench()
  const now = Date.now()
  const old = now - bench.config.limits.rawRetentionMs - 1_000
  await bench.append({ received: now, s: [0, 0], t: [old, now], x: [1, 2] })
  const pipeline = await bench.start()
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [2],
  )
  assert.deepEqual((await bench.persisted())[0].batch.x, [1, 2])
})

test('what may not have been published is published again with the same bytes, and not stored again', async () => {
  await using bench = await workbench()
  const first = await bench.append(
    { x: [1], ids: ['a'] },
    { s: [0, 0], t: [5, Date.now()], x: [2, 3], ids: ['a', 'b'] },
    { x: [4], id: 'r' },
    { x: [5], id: 'r' },
    { x: [6], ids: ['b'] },
  )
  const once = await bench.start()
  await bench.stored()
  await once.close()
  const rows = await bench.raw()
  // As if it had been killed between its commit and its sends.
  await bench.database.execute('UPDATE cursors SET published = ? WHERE topic_partition = ?', [
    first + 1,
    bench.partition,
  ])
  const twice = await bench.start()
  await bench.append({ x: [7] })
  await bench.stored()
  await twice.close()
  const published = await bench.persisted()
  assert.deepEqual(
    published.map(({ src }) => src - first),
    [0, 1, 2, 3, 4, 1, 2, 3, 4, 5],
  )
  for (const again of published.slice(5, 9)) {
    const before = published.find(({ src }) => src === again.src)
    assert.ok(before?.record.value.equals(again.record.value))
  }
  assert.deepEqual((await bench.raw()).slice(0, rows.length), rows)
  assert.equal((await bench.raw()).length, rows.length + 1)
})

test('a record that can’t be stored is found, set aside and published empty; its neighbours are stored', async () => {
  await using bench = await workbench()
  const { log, tenant: key, partition } = bench
  const good = Array.from({ length: 5 }, (_, i) => ({ x: [i] }))
  const first = await bench.append(...good)
  await log.append(topics.ingest, [
    { key, value: 'rubbish' },
    { key: 'nobody', partition, value: JSON.stringify(batchOf({ tenant: 'nobody' })) },
  ])
  // Nothing but MariaDB itself knows that this name is too long.
  await bench.append({ x: [98], series: [['m'.repeat(300), null, {}]] }, { x: [99] })
  const pipeline = await bench.start()
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [0, 1, 2, 3, 4, 99],
  )
  const published = await bench.persisted()
  assert.deepEqual(
    published.map(({ src }) => src - first),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  )
  assert.deepEqual(
    published.map(({ batch }) => batch.x.length),
    [1, 1, 1, 1, 1, 0, 0, 0, 1],
  )
  const dead = await bench.database.query<{ record_offset: number; reason: string }>(
    'SELECT record_offset, reason FROM dead ORDER BY record_offset',
  )
  assert.deepEqual(
    dead.map(({ record_offset }) => record_offset - first),
    [5, 6, 7],
  )
  assert.match(dead[0].reason, /not JSON/)
  assert.match(dead[1].reason, /no tenant/)
  assert.match(dead[2].reason, /too long/)
})

test('the rows of a run are all in or none: a missing partition is made and the run read again', async () => {
  await using bench = await workbench()
  const pipeline = await bench.start()
  await bench.append({ x: [1] })
  await bench.stored()
  const partitions = await bench.database.query<{ name: string }>(
    `SELECT PARTITION_NAME AS name FROM information_schema.PARTITIONS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'metrics_raw' AND PARTITION_NAME <> 'p0'`,
  )
  const names = partitions.map(({ name }) => name).join(', ')
  await bench.database.execute(`ALTER TABLE metrics_raw DROP PARTITION ${names}`)
  await bench.append({ x: [2] }, { x: [3] })
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [2, 3],
  )
  const bySource = new Map((await bench.persisted()).map(({ src, batch }) => [src, batch.x]))
  assert.deepEqual([...bySource.values()].flat(), [1, 2, 3])
})

test('connections that are cut in the middle of runs lose nothing and double nothing', async () => {
  await using bench = await workbench()
  const pipeline = await bench.start()
  await bench.append({ x: [-1] })
  await bench.stored()
  let cut = 0
  let sent = 0
  while (cut < 8) {
    for (const end = sent + 10; sent < end; sent++) await bench.append({ x: [sent], ids: [`id-${sent}`] })
    const victims = await bench.database.query<{ id: number }>(
      `SELECT id FROM information_schema.PROCESSLIST
       WHERE DB = DATABASE() AND id <> CONNECTION_ID() AND COMMAND <> 'Killed'`,
    )
    for (const { id } of victims) {
      // It may have gone by itself.
      await bench.database.execute(`KILL ${id}`).then(
        () => cut++,
        () => undefined,
      )
    }
    await bench.stored()
  }
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [-1, ...Array(sent).keys()],
  )
  const sources = [...new Set((await bench.persisted()).map(({ src }) => src))]
  assert.deepEqual(sources, [...Array(sent + 1).keys()])
})
