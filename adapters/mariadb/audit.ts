import type { WindowLength } from '@streamgauge/core/rollup.ts'
import type { Connection } from './pool.ts'
import { type WindowRow, windowsInRange } from './rollup.ts'

/** A series to look at, and whose it is. */
export interface AuditedSeries {
  readonly id: number
  readonly tenant: string
}

/** Series with the ids that follow a random one. `random` is from 0 up to, not including, 1. */
export async function sampleSeries(
  connection: Connection,
  count: number,
  random: number,
): Promise<AuditedSeries[]> {
  return connection.query<AuditedSeries>(
    `SELECT series.id, tenants.name AS tenant FROM series JOIN tenants ON tenants.id = tenant_id
     WHERE series.id > (SELECT ? * MAX(id) FROM series) ORDER BY series.id LIMIT ?`,
    [random, count],
  )
}

/** The time of the first point of a series from `from` on and before `before`, epoch ms; undefined: there is none. */
export async function firstPointSince(
  connection: Connection,
  series: number,
  from: number,
  before: number,
): Promise<number | undefined> {
  const [row] = await connection.query<{ ts: number }>(
    'SELECT ts FROM metrics_raw WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT 1',
    [series, from, before],
  )
  return row?.ts
}

export interface RawRow {
  readonly ts: number
  readonly position: number
  readonly value: number
}

/** Points and windows of one series at one moment, and what rollup had done at that moment. */
export interface AuditView {
  /** In the order of time and position. */
  readonly points: readonly RawRow[]
  readonly windows: Readonly<Record<WindowLength, readonly WindowRow[]>>
  readonly nextSrc: number
  readonly since: number
}

/** Reads a view in one snapshot; undefined when there are more than `mostPoints`, or no cursor. */
export async function readAuditView(
  connection: Connection,
  ask: { group: string; partition: number; series: number; from: number; before: number; mostPoints: number },
): Promise<AuditView | undefined> {
  const { group, partition, series, from, before, mostPoints } = ask
  await connection.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await connection.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  const [cursor] = await connection.query<{ nextSrc: number; since: number }>(
    `SELECT next_offset AS nextSrc, since FROM cursors WHERE consumer_group = ? AND topic_partition = ?`,
    [group, partition],
  )
  const points = await connection.query<RawRow>(
    `SELECT ts, position, value FROM metrics_raw WHERE series_id = ? AND ts >= ? AND ts < ?
     ORDER BY ts, position LIMIT ?`,
    [series, from, before, mostPoints + 1],
  )
  const windows = {
    '1m': await windowsInRange(connection, '1m', series, from, before),
    '5m': await windowsInRange(connection, '5m', series, from, before),
  }
  await connection.commit()
  return cursor === undefined || points.length > mostPoints ? undefined : { ...cursor, points, windows }
}
