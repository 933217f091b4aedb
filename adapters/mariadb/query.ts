import type { Connection, Database } from './pool.ts'
import { type ListedSeries, listSeries } from './series-list.ts'

export interface RawAsk {
  readonly tenantId: number
  /** The partition that the tenant lives in. */
  readonly partition: number
  readonly metrics: readonly string[]
  readonly agents: readonly string[]
  /** Points from `from` on and before `before`, epoch ms. */
  readonly from: number
  readonly before: number
  readonly maxSeries: number
  /** The server ends the statement after this, s. */
  readonly limitSeconds: number
}

/** Takes the points of one series after the other, each in the order of time. */
export type TakePoint = (series: number, ts: number, value: number) => void

/**
 * Reads raw points and the place in the log that they are complete up to, all in one snapshot. `begin` gets the
 * series that match, at most `maxSeries` + 1 of them, and answers where their points go. When `signal` fires the
 * statement is killed on the server and the connection is closed. Returns persist's `next_offset`.
 */
export async function readRaw(
  db: Database,
  ask: RawAsk,
  begin: (series: readonly ListedSeries[]) => TakePoint,
  signal: AbortSignal,
): Promise<number> {
  const connection = await connect(db, signal)
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const nextOffset = await Promise.race([snapshot(connection, ask, begin), aborted.promise])
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

async function snapshot(
  connection: Connection,
  ask: RawAsk,
  begin: (series: readonly ListedSeries[]) => TakePoint,
): Promise<number> {
  await connection.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await connection.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
  const [cursor] = await connection.query<{ next_offset: number }>(
    "SELECT next_offset FROM cursors WHERE consumer_group = 'persist' AND topic_partition = ?",
    [ask.partition],
  )
  const { tenantId, metrics, agents } = ask
  const series = await listSeries(connection, {
    tenantId,
    metrics,
    agents,
    after: 0,
    limit: ask.maxSeries + 1,
  })
  const take = begin(series)
  if (series.length > 0) {
    const places = new Map(series.map(({ id }, i) => [id, i]))
    await connection.each(
      `SET STATEMENT max_statement_time = ${ask.limitSeconds} FOR
       SELECT series_id, ts, value FROM metrics_raw WHERE series_id IN ? AND ts >= ? AND ts < ?
       ORDER BY series_id, ts, position`,
      [[series.map(({ id }) => id)], ask.from, ask.before],
      (row) => take(places.get(row[0] as number) ?? 0, row[1] as number, row[2] as number),
    )
  }
  await connection.commit()
  return cursor?.next_offset ?? 0
}
