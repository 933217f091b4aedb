import type { Tags } from '@streamgauge/core/batch.ts'
import { persistGroup, rollupGroup } from '@streamgauge/core/topics.ts'
import { isTableChanged } from './faults.ts'
import type { Connection, Database } from './pool.ts'
import { countListed, type ListedSeries, listSeries } from './series-list.ts'

const windowColumns = 'count, sum, min, max, first, last'

/** What history is kept as; each is complete up to the cursor of the group that writes it. */
const stored = {
  raw: { table: 'metrics_raw', columns: 'value', order: 'series_id, ts, position', group: persistGroup },
  '1m': { table: 'metrics_1m', columns: windowColumns, order: 'series_id, ts', group: rollupGroup },
  '5m': { table: 'metrics_5m', columns: windowColumns, order: 'series_id, ts', group: rollupGroup },
} as const

export interface StoredAsk {
  readonly resolution: keyof typeof stored
  readonly tenantId: number
  /** The partition that the tenant lives in. */
  readonly partition: number
  readonly metrics: readonly string[]
  readonly agents: readonly string[]
  /** What a series must carry. */
  readonly tags: Tags
  /** Points, or windows that begin, from `from` on and before `before`, epoch ms. */
  readonly from: number
  readonly before: number
  /** The end that was asked for; `before` lies beyond it where that end is open. */
  readonly to: number
  /** Of the series that match, the first so many by their ids are read. */
  readonly maxSeries: number
  /** The server ends the statement after this, s. */
  readonly limitSeconds: number
}

/**
 * Takes the rows of one series after the other, each in the order of time: `ts, value` of points, or
 * `ts, count, sum, min, max, first, last` of windows.
 */
export type TakeRow = (series: number, row: readonly number[]) => void

export interface Found {
  readonly series: readonly ListedSeries[]
  /** How many match: more than there are in `series` where `maxSeries` has cut them. */
  readonly total: number
  /** Nothing is read from here on, epoch ms: `to`, or right behind the newest row where that lies ahead of it. */
  readonly end: number
}

/**
 * Reads points or windows and the place in the log that they are complete up to, all in one snapshot. `begin` gets
 * the series that match and answers where their rows go; it is called again when partitions were made under
 * the snapshot, before any row of it. When `signal` fires the statement is killed on the server and the
 * connection is closed. Returns the `next_offset` of who writes them.
 */
export async function readStored(
  db: Database,
  ask: StoredAsk,
  begin: (found: Found) => TakeRow,
  signal: AbortSignal,
): Promise<number> {
  const connection = await connect(db, signal)
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const nextOffset = await Promise.race([newestSnapshot(connection, ask, begin), aborted.promise])
    connection.release()
    return nextOffset
  } catch (error) {
    // Closing the connection alone would let the server go on reading until it has rows to send.
    connection.destroy()
    if (signal.aborted) db.execute(`KILL QUERY ${connection.id}`).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function connect(db: Database, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const connecting = db.connection()
  try {
    return await Promise.race([connecting, aborted.promise])
  } catch (error) {
    connecting.then(
      (late) => late.release(),
      () => undefined,
    )
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** A range reaches into partitions that are just being made, as when there were none yet: the next snapshot has them. */
async function newestSnapshot(
  connection: Connection,
  ask: StoredAsk,
  begin: (found: Found) => TakeRow,
): Promise<number> {
  try {
    return await snapshot(connection, ask, begin)
  } catch (error) {
    if (!isTableChanged(error)) throw error
    await connection.rollback()
    return snapshot(connection, ask, begin)
  }
}

async function snapshot(
  connection: Connection,
  ask: StoredAsk,
  begin: (found: Found) => TakeRow,
): Promise<number> {
  const { table, columns, order, group } = stored[ask.resolution]
  await connection.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await connection.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  const [cursor] = await connection.query<{ next_offset: number }>(
    'SELECT next_offset FROM cursors WHERE consumer_group = ? AND topic_partition = ?',
    [group, ask.partition],
  )
  const { tenantId, metrics, agents, tags, maxSeries } = ask
  const wanted = { tenantId, metrics, agents, tags, after: 0, limit: maxSeries + 1 }
  const matching = await listSeries(connection, wanted)
  const series = matching.slice(0, maxSeries)
  const total = matching.length > maxSeries ? await countListed(connection, wanted) : matching.length
  const ids = series.map(({ id }) => id)
  const limited = `SET STATEMENT max_statement_time = ${ask.limitSeconds} FOR`
  let end = ask.to
  if (ask.before > ask.to && ids.length > 0) {
    const [{ newest }] = await connection.query<{ newest: number | null }>(
      `${limited} SELECT MAX(ts) AS newest FROM ${table} WHERE series_id IN ? AND ts >= ? AND ts < ?`,
      [[ids], ask.to, ask.before],
    )
    if (newest !== null) end = newest + 1
  }
  const take = begin({ series, total, end })
  if (series.length > 0) {
    const places = new Map(series.map(({ id }, i) => [id, i]))
    await connection.each(
      `${limited}
       SELECT series_id, ts, ${columns} FROM ${table} WHERE series_id IN ? AND ts >= ? AND ts < ? ORDER BY ${order}`,
      [[ids], ask.from, ask.before],
      ([id, ...row]) => take(places.get(id as number) ?? 0, row as number[]),
    )
  }
  await connection.commit()
  return cursor?.next_offset ?? 0
}
