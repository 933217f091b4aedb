import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database, Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import type { WindowRow } from '@streamgauge/adapters/mariadb/rollup.ts'
import { type WindowLength, windowLengths } from '@streamgauge/core/rollup.ts'
import { rollupGroup, topics } from '@streamgauge/core/topics.ts'

/** `magnitude` is the sum of absolute values: what an error of a sum is relative to. */
type Expected = WindowRow & { readonly magnitude: number }

const most = 1e-9
const root = join(import.meta.dirname, '..', '..')

/** Rows of a table of windows, by key. */
export function storedWindows(db: Queryable, length: WindowLength): Promise<WindowRow[]> {
  return db.query<WindowRow>(
    `SELECT series_id AS series, ts AS start, count, sum, min, max, first, first_ts AS firstTs, last, last_ts AS lastTs
     FROM metrics_${length} ORDER BY series_id, ts`,
  )
}

/** A point as windows count it; `ts` in epoch ms. */
export type CountedPoint = readonly [series: number, ts: number, value: number]

/** The same from the points, in the order that SQL gives them: nothing of rollup is used. */
async function recomputed(db: Database, length: WindowLength): Promise<Expected[]> {
  const count = recount(length)
  const connection = await db.connection()
  const sql = 'SELECT series_id, ts, value FROM metrics_raw ORDER BY series_id, ts, position'
  await connection.each(sql, [], (row) => count.add(row as unknown as CountedPoint))
  connection.release()
  return count.windows()
}

/** Counts points that come, those of a series, in the order of their times, and of the same time in that of the log. */
function recount(length: WindowLength) {
  const windows = new Map<string, Mutable<Expected>>()
  return {
    add([series, ts, value]: CountedPoint): void {
      const start = Math.floor(ts / windowLengths[length]) * windowLengths[length]
      const key = `${series}@${start}`
      const known = windows.get(key)
      const window = known ?? {
        series,
        start,
        count: 0,
        sum: 0,
        min: value,
        max: value,
        ...firstAndLast(ts, value),
      }
      windows.set(key, window)
      window.count += 1
      window.sum += value
      window.magnitude += Math.abs(value)
      window.min = Math.min(window.min, value)
      window.max = Math.max(window.max, value)
      window.last = value
      window.lastTs = ts
    },
    windows: (): Expected[] => [...windows.values()],
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function firstAndLast(ts: number, value: number) {
  return { first: value, firstTs: ts, last: value, lastTs: ts, magnitude: 0 }
}

/**
 * Windows whose row differs from what the points give, as text. The points are those in `metrics_raw`, or `given` ones in
 * the order of the log.
 */
export async function differences(db: Database, given?: readonly CountedPoint[]): Promise<string[]> {
  const found: string[] = []
  const inTime = given?.toSorted(([, a], [, b]) => a - b)
  for (const length of Object.keys(windowLengths) as WindowLength[]) {
    const key = ({ series, start }: WindowRow) => `${length} ${series}@${start}`
    const counted = recount(length)
    for (const point of inTime ?? []) counted.add(point)
    const windows = inTime ? counted.windows() : await recomputed(db, length)
    const expected = new Map(windows.map((row) => [key(row), row]))
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

/** A pipeline that is started again whenever it is killed, until it is told to end. */
export function immortal(env: NodeJS.ProcessEnv, failAt: () => string | undefined) {
  let child: ChildProcess
  let ending = false
  let deaths = 0
  const ended = Promise.withResolvers<number | null>()
  function start(): void {
    const own = { ...env, STREAMGAUGE_FAIL_AT: failAt() }
    child = spawn(process.execPath, [join(root, 'main.ts'), '--role=pipeline'], {
      env: own,
      stdio: 'inherit',
    })
    child.on('exit', (code) => {
      deaths++
      if (ending) ended.resolve(code)
      else start()
    })
  }
  start()
  const end = async () => {
    if (!ending) child.kill('SIGTERM')
    ending = true
    return ended.promise
  }
  return {
    kill: () => child.kill('SIGKILL'),
    /** Until it is killed. */
    freeze: () => child.kill('SIGSTOP'),
    /** Waits for so many more deaths. */
    async died(times: number) {
      const wanted = deaths + times
      while (deaths < wanted) await sleep(20)
    },
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  }
}
