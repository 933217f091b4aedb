import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logger, workbench } from '../persist/testing.ts'
import { differences, rolledUp, storedWindows } from './testing.ts'

test('points are rolled up into windows of a minute and of five, late ones reopen theirs', async () => {
  await using bench = await workbench()
  const { log, database } = bench
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
  await bench.stored()
  // Published it is once persist says so.
  while ((await bench.persisted()).length < 2);
  await rolledUp(log, database)
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
