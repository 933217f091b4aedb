import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Tags } from '@streamgauge/core/batch.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Sent } from './ledger.ts'
import type { Evidence, Place, StoredRow } from './verdict.ts'

/** Reads both topics, the dead letters and the rows, all of them from their beginning. */
export async function gather(
  log: Log,
  database: Database,
  known: { sent: readonly Sent[]; rubbish: readonly Place[] },
): Promise<Evidence> {
  const letters = await readToEnd(log, topics.deadLetters)
  return {
    ...known,
    ingest: await readToEnd(log, topics.ingest),
    persisted: await readToEnd(log, topics.persisted),
    rows: await readRows(log, database),
    dead: await database.query<Place & object>(
      'SELECT topic_partition AS `partition`, record_offset AS `offset` FROM dead',
    ),
    letters: letters.map(({ headers }) => ({
      partition: Number(headers.partition),
      offset: Number(headers.offset),
    })),
  }
}

async function readRows(log: Log, database: Database): Promise<StoredRow[]> {
  const series = new Map<number, { partition: number; series: string }>()
  const listed = await database.query<SeriesRow>(
    `SELECT series.id, tenants.name AS tenant, metric_name, agent_id, tags
     FROM series JOIN tenants ON tenants.id = tenant_id`,
  )
  for (const { id, tenant, metric_name, agent_id, tags } of listed) {
    const identity = seriesIdentity([metric_name, agent_id, tags])
    series.set(id, { partition: log.partitionFor(tenant), series: identity })
  }
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
