import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { windowLengths } from '@streamgauge/core/rollup.ts'
import { logger, workbench } from '../persist/testing.ts'
import { rolledUp } from '../rollup/testing.ts'
import { startRetention } from './retention.ts'

const hour = 3_600_000
const day = 24 * hour
const stepMs = 12 * hour
/** What comes late: within each retention, between them, and older than all. */
const ages = [0, 20 * hour, 25 * hour, 6 * day, 8 * day, 29 * day]
const tables = [
  { name: 'metrics_raw', partitionMs: hour, keepMs: limits.rawRetentionMs, windowMs: 1 },
  { name: 'metrics_1m', partitionMs: day, keepMs: limits.rollup1mRetentionMs, windowMs: windowLengths['1m'] },
  { name: 'metrics_5m', partitionMs: day, keepMs: limits.rollup5mRetentionMs, windowMs: windowLengths['5m'] },
]

test('after forty days with ingest running throughout, there is exactly what the policy says', async (t) => {
  await using bench = await workbench()
  const { log, database } = bench
  const start = Date.now()
  let now = start
  const clock = () => now
  const pipeline = await bench.start({ clock })
  const retention = startRetention({ log, database, logger, registry: new Registry(), keep: limits, clock })
  await retention.makePartitions()
  const sent: { received: number; ts: number }[] = []
  const over = new AbortController()

  async function ingest(): Promise<void> {
    while (!over.signal.aborted) {
      const received = now
      const times = ages.map((age) => received - age)
      await bench.append({ received, s: times.map(() => 0), t: times, x: times.map((ts) => ts % 97) })
      sent.push(...times.map((ts) => ({ received, ts })))
      await sleep(15)
    }
  }

  const ingesting = ingest()
  for (; now < start + 40 * day; now += stepMs) {
    const before = sent.length
    while (sent.length < before + 2 * ages.length) await sleep(5)
    await bench.stored()
    assert.equal(await retention.turn(), true)
  }
  over.abort()
  await ingesting
  await bench.stored()
  while ((await bench.persisted()).length * ages.length < sent.length) await sleep(100)
  await rolledUp(log, database)
  // Closed it has told how far it is published: what might still be due keeps its partition.
  await pipeline.close()
  assert.equal(await retention.turn(), true)
  await retention.close()

  for (const { name, partitionMs, keepMs, windowMs } of tables) {
    // A partition goes when all of it is older than what is kept and an hour: rows go with it, never one by one.
    const oldest = Math.floor((now - keepMs - hour) / partitionMs) * partitionMs
    const taken = sent.filter(({ received, ts }) =>
      windowMs === 1 ? ts >= received - keepMs : windowEnd(ts, windowMs) > received - keepMs,
    )
    const due = taken.map(({ ts }) => ts - (ts % windowMs)).filter((ts) => ts >= oldest)
    const wanted = windowMs === 1 ? due : [...new Set(due)]
    const ascending = (a: number, b: number) => a - b
    assert.deepEqual(await timesIn(database, name), wanted.toSorted(ascending), name)
    assert.ok(
      wanted.some((ts) => ts < now - keepMs + stepMs) && wanted.length < sent.length,
      `${name} is put to the test`,
    )
    t.diagnostic(`${name}: ${wanted.length} rows of ${sent.length} points`)
  }
})

function windowEnd(ts: number, windowMs: number): number {
  return ts - (ts % windowMs) + windowMs
}

async function timesIn(database: Database, table: string): Promise<number[]> {
  return (await database.query<{ ts: number }>(`SELECT ts FROM ${table} ORDER BY ts`)).map(({ ts }) => ts)
}
