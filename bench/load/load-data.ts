import { ownCpuSeconds } from '../child.ts'
import type { Installation } from '../installation.ts'
import { cpuSeconds } from '../proc.ts'

const load = `LOAD DATA LOCAL INFILE 'memory' INTO TABLE bench_raw
  FIELDS TERMINATED BY '\\t' LINES TERMINATED BY '\\n' (series_id, ts, position, value)`
/** Rows of a measurement are at least so many, whatever a transaction holds. */
const shape = { series: 100, rows: 200_000 }
/** Each goes on in time where the one before ended. */
let rounds = 0

export interface LoadAsk {
  /** At once, each with series of its own. */
  readonly connections: number
  /** In one transaction. */
  readonly rows: number
}

export interface LoadResult {
  readonly rowsPerSecond: number
  /** CPU seconds of this process and of MariaDB for a million rows. */
  readonly cpuPerMillion: number
}

/**
 * What the same statement reaches with nothing around it: rows of the shape that persist writes, made beforehand, as many
 * in a transaction, into a table made alike.
 */
export async function measureLoad(
  { database, pid }: Installation,
  { connections, rows }: LoadAsk,
): Promise<LoadResult> {
  await database.execute('CREATE TABLE IF NOT EXISTS bench_raw LIKE metrics_raw')
  const round = rounds++
  const rowsPerSeries = Math.max(1, Math.round(rows / shape.series))
  const transactions = Math.ceil(shape.rows / (rowsPerSeries * shape.series))
  const chunks = Array.from({ length: connections }, (_, c) =>
    Array.from({ length: transactions }, (_, t) => textOf(c, round * transactions + t, rowsPerSeries)),
  )
  await using pool = new AsyncDisposableStack()
  const open = await Promise.all(
    chunks.map(async () => {
      const connection = await database.connection()
      pool.defer(() => connection.release())
      await connection.execute('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
      return connection
    }),
  )
  const mariadb = pid('mariadb')
  const used = () => ownCpuSeconds() + cpuSeconds(mariadb)
  const cpu = used()
  const start = performance.now()
  await Promise.all(
    open.map(async (connection, c) => {
      for (const chunk of chunks[c]) {
        await connection.begin()
        await connection.load(load, chunk)
        await connection.commit()
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  const sent = connections * transactions * shape.series * rowsPerSeries
  return { rowsPerSecond: sent / seconds, cpuPerMillion: ((used() - cpu) / sent) * 1e6 }
}

/** Text of one transaction, sorted by primary key. */
function textOf(connection: number, turn: number, rowsPerSeries: number): Buffer {
  const { series } = shape
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
  let text = ''
  for (let k = 0; k < series; k++) {
    for (let i = 0; i < rowsPerSeries; i++) {
      const place = turn * rowsPerSeries + i
      const value = ((place * 7919 + k * 104_729) % 100_000) / 1000
      text += `${connection * series + k}\t${hour + place * 10}\t${place * 32_768 + k}\t${value}\n`
    }
  }
  return Buffer.from(text, 'latin1')
}
