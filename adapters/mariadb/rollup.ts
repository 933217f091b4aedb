import type { Rollup, WindowLength } from '@streamgauge/core/rollup.ts'
import type { Connection } from './pool.ts'

/** A row of `metrics_1m` or `metrics_5m`. */
export interface WindowRow extends Rollup {
  readonly series: number
  /** Start of the window, epoch ms. */
  readonly start: number
}

/** What names a row. */
export type WindowKey = Pick<WindowRow, 'series' | 'start'>

/** As in sql.ts: longer lists are turned into a join, with another plan. */
const keysPerSelect = 900
const rowsPerInsert = 2_000

const columns = 'series_id, ts, count, sum, min, max, first, first_ts, last, last_ts'
const named = `series_id AS series, ts AS start, count, sum, min, max, first, first_ts AS firstTs, last, last_ts AS lastTs`
const update = columns
  .split(', ')
  .slice(2)
  .map((column) => `${column} = VALUES(${column})`)
  .join(', ')

/** The rows that exist of these windows, in no order. */
export async function readWindows(
  connection: Connection,
  length: WindowLength,
  keys: readonly WindowKey[],
): Promise<WindowRow[]> {
  const rows: WindowRow[] = []
  for (const condition of conditionsOf(keys)) {
    const some = await connection.query<WindowRow>(
      `SELECT ${named} FROM metrics_${length} WHERE ${condition}`,
    )
    rows.push(...some)
  }
  return rows
}

/** The rows of a series whose windows begin from `from` on and before `before`, in the order of time. */
export function windowsInRange(
  connection: Connection,
  length: WindowLength,
  series: number,
  from: number,
  before: number,
): Promise<WindowRow[]> {
  return connection.query<WindowRow>(
    `SELECT ${named} FROM metrics_${length} WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts`,
    [series, from, before],
  )
}

/** Makes the rows of these windows what they are now, whatever they were. */
export async function writeWindows(
  connection: Connection,
  length: WindowLength,
  windows: readonly WindowRow[],
): Promise<void> {
  // In the order of the key, as the table is: less of it is touched, and two writers never wait for each other crosswise.
  const sorted = windows.toSorted((a, b) => a.series - b.series || a.start - b.start)
  for (let from = 0; from < sorted.length; from += rowsPerInsert) {
    const values = sorted.slice(from, from + rowsPerInsert).map(tupleOf)
    await connection.execute(
      `INSERT INTO metrics_${length} (${columns}) VALUES ${values.join(',')} ON DUPLICATE KEY UPDATE ${update}`,
    )
  }
}

/** All of them are numbers that are finite: there is nothing to escape, and the driver's way takes ten times longer. */
function tupleOf({ series, start, count, sum, min, max, first, firstTs, last, lastTs }: WindowRow): string {
  return `(${series},${start},${count},${sum},${min},${max},${first},${firstTs},${last},${lastTs})`
}

/**
 * Conditions that name every key once: `ts = … AND series_id IN (…)` for many series at few times, the other way
 * about for many times of few series, so that a condition has few parts and each of them is a range of the key.
 */
function conditionsOf(keys: readonly WindowKey[]): string[] {
  const byStart = Map.groupBy(keys, ({ start }) => start)
  const bySeries = Map.groupBy(keys, ({ series }) => series)
  const [one, many, groups] =
    byStart.size <= bySeries.size
      ? (['ts', 'series_id', byStart] as const)
      : (['series_id', 'ts', bySeries] as const)
  const conditions: string[] = []
  let parts: string[] = []
  let room = keysPerSelect
  for (const [value, group] of groups) {
    const others = group.map(({ series, start }) => (one === 'ts' ? series : start))
    for (let from = 0; from < others.length; ) {
      const some = others.slice(from, from + room)
      parts.push(`(${one} = ${value} AND ${many} IN (${some.join(',')}))`)
      from += some.length
      room -= some.length
      if (room > 0) continue
      conditions.push(parts.join(' OR '))
      parts = []
      room = keysPerSelect
    }
  }
  if (parts.length > 0) conditions.push(parts.join(' OR '))
  return conditions
}
