import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Tags } from '@streamgauge/core/batch.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Sent } from './ledger.ts'
import type { Evidence, Place, StoredRow, StoredSeries } from './verdict.ts'

/** Reads both topics, the dead letters and the rows, all of them from their beginning. */
export async function gather(
  log: Log,
  database: Database,
  known: { sent: readonly Sent[]; rubbish: readonly Place[] },
): Promise<Evidence> {
  const letters = await readToEnd(log, topics.deadLetters)
  const series = await readSeries(log, database)
  return {
    ...known,
    ingest: await readToEnd(log, topics.ingest),
    persisted: await readToEnd(log, topics.persisted),
    series,
    rows: await readRows(database, series),
    rawRetentionMs: limits.rawRetentionMs,
    dead: await database.query<Place & object>(
      'SELECT topic_partition AS `partition`, record_offset AS `offset` FROM dead',
    ),
    letters: letters.map(({ headers }) => ({
      partition: Number(headers.partition),
      offset: Number(headers.offset),
    })),
  }
}

async function readSeries(log: Log, database: Database): Promise<Map<number, StoredSeries>> {
  const series = new Map<number, StoredSeries>()
  const listed = await database.query<SeriesRow>(
    `SELECT series.id, tenants.name AS tenant, metric_name, agent_id, tags
     FROM series JOIN tenants ON tenants.id = tenant_id`,
  )
  for (const { id, tenant, metric_name, agent_id, tags } of listed) {
    const identity = seriesIdentity([metric_name, agent_id, tags])
    series.set(id, { partition: log.partitionFor(tenant), series: identity })
  }
  return series
}

async function readRows(database: Database, series: ReadonlyMap<number, StoredSeries>): Promise<StoredRow[]> {
  const rows: StoredRow[] = []
  const connection = await database.connection()
  await connection.each('SELECT series_id, ts, position, value FROM metrics_raw', [], (row) => {
    const [sid, ts, position, value] = row as [number, number, number, number]
    const of = series.get(sid) ?? { partition: -1, series: `no series ${sid}` }
    rows.push({ ...of, sid, ts, position, value })
  })
  connection.release()
  return rows
}

interface SeriesRow {
  readonly id: number
  readonly tenant: string
  readonly metric_name: string
  readonly agent_id: string | null
  readonly tags: Tags
}
