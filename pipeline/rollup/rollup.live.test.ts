import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKafkaAdmin } from '@streamgauge/adapters/kafka/admin.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { persistGroup, rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { examine, heal } from '../doctor.ts'
import { logger, type Workbench, workbench } from '../persist/testing.ts'
import { startAudit } from './audit.ts'
import { differences, rolledUp, storedWindows } from './testing.ts'

test('points are rolled up into windows of a minute and of five, late ones reopen theirs', async () => {
  await using bench = await workbench()
  const { database } = bench
  const pipeline = await bench.start({ logger })
  const now = Date.now()
  const base = now - (now % 300_000) - 3_600_000
  const times = [0, 1_000, 59_999, 60_000, 299_999, 300_000].map((ms) => base + ms)
  await bench.append({ received: now, s: times.map(() => 0), t: times, x: [3, 1, 2, 9, -4, 5] })
  await bench.stored()
  await pipeline.close()
  const again = await bench.start()
  // Of a time that is there already, and before it: the window is read, changed and written.
  await bench.append({ received: now, s: [0, 0, 0], t: [base, base - 1, base + 59_999], x: [7, 8, 0.5] })
  await everywhere(bench)
  await again.close()
  const rows = await storedWindows(database, '1m')
  assert.deepEqual(
    rows.map(({ start, count, sum, min, max, first, firstTs, last, lastTs }) => [
      start - base,
      count,
      sum,
      min,
      max,
      first,
      firstTs - base,
      last,
      lastTs - base,
    ]),
    [
      [-60_000, 1, 8, 8, 8, 8, -1, 8, -1],
      [0, 5, 13.5, 0.5, 7, 3, 0, 0.5, 59_999],
      [60_000, 1, 9, 9, 9, 9, 60_000, 9, 60_000],
      [240_000, 1, -4, -4, -4, -4, 299_999, -4, 299_999],
      [300_000, 1, 5, 5, 5, 5, 300_000, 5, 300_000],
    ],
  )
  assert.deepEqual(await differences(database), [])
})

test('the audit finds nothing while rows are right, and names one that is not', async () => {
  await using bench = await workbench()
  const { log, database, config } = bench
  const registry = new Registry()
  const audit = startAudit({
    ...{ database, partitionFor: log.partitionFor, logger, registry, keep: config.limits, clock: Date.now },
  })
  const pipeline = await bench.start()
  const now = Date.now()
  const t = Array.from({ length: 200 }, (_, i) => now - i * 90_000)
  await bench.append({ received: now, s: t.map(() => 0), t, x: t.map((ts) => ts / 7) })
  await everywhere(bench)
  const counted = async (name: string) => {
    const metric = await registry.getSingleMetric(`streamgauge_rollup_${name}_total`)?.get()
    return metric?.values[0]?.value ?? 0
  }
  while ((await counted('audited_windows')) < 50) await audit.turn()
  assert.equal(await counted('audit_mismatches'), 0)
  await database.execute('UPDATE metrics_1m SET count = count + 1')
  while ((await counted('audit_mismatches')) === 0) await audit.turn()
  await audit.close()
  await pipeline.close()
})

test('on a living installation it begins at the first record that the log still has, and says since when', async () => {
  await using bench = await workbench()
  const { database } = bench
  const first = await bench.start()
  await bench.append({ x: [1] }, { x: [2] }, { x: [3] })
  await everywhere(bench)
  await first.close()
  await database.execute('DELETE FROM cursors WHERE consumer_group = ?', [rollupGroup])
  await database.execute('DELETE FROM metrics_1m')
  const { kafkaBrokers, topicPrefix } = bench.stack
  await openKafkaAdmin(kafkaBrokers).deleteRecords(topicPrefix + topics.persisted, bench.partition, 2)
  const second = await bench.start()
  await bench.append({ x: [4] })
  await everywhere(bench)
  await second.close()
  const cursor = (await readFollowers(database, rollupGroup))[bench.partition]
  assert.deepEqual([cursor.since, cursor.nextSrc, cursor.topicOffset], [2, 4, 4])
  const rows = await storedWindows(database, '1m')
  assert.equal(
    rows.reduce((sum, row) => sum + row.sum, 0),
    7,
  )
})

test('a missing record stops the partition, which goes on when doctor has decided', async () => {
  await using bench = await workbench()
  const { log, database, partition } = bench
  const first = await bench.start()
  await bench.append({ x: [1] }, { x: [2] })
  await everywhere(bench)
  await first.close()
  await database.execute(
    'UPDATE cursors SET next_offset = 1 WHERE consumer_group = ? AND topic_partition = ?',
    [rollupGroup, partition],
  )
  const second = await bench.start()
  await bench.append({ x: [3] })
  while (second.health().rollup.stopped.length === 0) await sleep(20)
  assert.equal(second.health().rollup.stopped[0].code, 'GAP')
  await assert.rejects(second.ping(), new RegExp(`partition ${partition} \\(GAP\\)`))
  assert.deepEqual(
    (await examine(log, database)).map(({ partition: at, code }) => [at, code]),
    [[partition, 'GAP']],
  )
  await heal(log, database, partition, Date.now())
  await everywhere(bench)
  assert.equal(await second.ping(), 0)
  assert.deepEqual(await examine(log, database), [])
  await second.close()
})

/** Waits until what is in the log is stored, published and rolled up. */
async function everywhere({ log, database, stored }: Workbench): Promise<void> {
  await stored()
  const ends = await log.bounds(topics.ingest)
  for (;;) {
    const cursors = await readCursors(database, persistGroup)
    if (ends.every(({ partition, high }) => cursors[partition].published >= high)) break
    await sleep(20)
  }
  await rolledUp(log, database)
}
