import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import type { WindowRow } from '@streamgauge/adapters/mariadb/rollup.ts'
import { type WindowLength, windowLengths } from '@streamgauge/core/rollup.ts'
import { rollupGroup, topics } from '@streamgauge/core/topics.ts'

/** `magnitude` is the sum of absolute values: what an error of a sum is relative to. */
type Expected = WindowRow & { readonly magnitude: number }

const most = 1e-9

/** Rows of a table of windows, by key. */
export function storedWindows(db: Queryable, length: WindowLength): Promise<WindowRow[]> {
  return db.query<WindowRow>(
    `SELECT series_id AS series, ts AS start, count, sum, min, max, first, first_ts AS firstTs, last, last_ts AS lastTs
     FROM metrics_${length} ORDER BY series_id, ts`,
  )
}

/** The same from the points, by SQL alone: nothing of rollup is used. */
export function recomputed(db: Queryable, length: WindowLength): Promise<Expected[]> {
  const start = `ts - ts % ${windowLengths[length]}`
  const ordered = `(PARTITION BY series_id, ${start} ORDER BY ts, position
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`
  return db.query<Expected>(
    `SELECT DISTINCT series_id AS series, ${start} AS start, COUNT(*) OVER ${ordered} AS count,
       SUM(value) OVER ${ordered} AS sum, SUM(ABS(value)) OVER ${ordered} AS magnitude,
       MIN(value) OVER ${ordered} AS min, MAX(value) OVER ${ordered} AS max,
       FIRST_VALUE(value) OVER ${ordered} AS first, FIRST_VALUE(ts) OVER ${ordered} AS firstTs,
       LAST_VALUE(value) OVER ${ordered} AS last, LAST_VALUE(ts) OVER ${ordered} AS lastTs
     FROM metrics_raw ORDER BY series, start`,
  )
}

/** Windows whose row differs from what the points give, as text; both tables must hold all of both. */
export async function differences(db: Queryable): Promise<string[]> {
  const found: string[] = []
  for (const length of Object.keys(windowLengths) as WindowLength[]) {
    const key = ({ series, start }: WindowRow) => `${length} ${series}@${start}`
    const expected = new Map((await recomputed(db, length)).map((row) => [key(row), row]))
    for (const row of await storedWindows(db, length)) {
      const { magnitude, ...wanted } = expected.get(key(row)) ?? { magnitude: 0 }
      expected.delete(key(row))
      const sum = 'sum' in wanted && Math.abs(wanted.sum - row.sum) <= most * magnitude ? row.sum : undefined
      const same = JSON.stringify({ ...wanted, sum }) === JSON.stringify(row)
      if (!same) found.push(`${key(row)} is ${JSON.stringify(row)}, not ${JSON.stringify(wanted)}`)
    }
    for (const missing of expected.keys()) found.push(`${missing} is missing`)
  }
  return found
}

/** Waits until everything that is in `metrics.persisted` now is in the windows. */
export async function rolledUp(log: Log, db: Queryable): Promise<void> {
  const bounds = await log.bounds(topics.persisted)
  for (;;) {
    const cursors = new Map((await readFollowers(db, rollupGroup)).map((one) => [one.partition, one]))
    if (bounds.every(({ partition, high }) => (cursors.get(partition)?.topicOffset ?? 0) >= high)) return
    await sleep(20)
  }
}
