import { hash } from 'node:crypto'
import type { Connection, Queryable } from './pool.ts'
import { keyConditions, type TenantKey, textOf } from './sql.ts'

/** A series to be put into the dictionary; `id` is its `seriesHash`. */
export interface NewSeries extends TenantKey {
  readonly metric: string
  readonly agent: string | null
  readonly tags: string
}

const rowsPerInsert = 1_000
const hashBytes = 16

/** What the dictionary knows a series by: the first half of SHA-256 of its identity (`core/series.ts`). */
export function seriesHash(identity: string): Buffer {
  return hash('sha256', identity, 'buffer').subarray(0, hashBytes)
}

/** Ids of the series that are in the dictionary, under `seriesKey`. */
export async function findSeries(db: Queryable, wanted: readonly TenantKey[]): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const { sql, params } of keyConditions('hash', wanted)) {
    const rows = await db.query<SeriesRow>(`SELECT id, tenant_id, hash FROM series WHERE ${sql}`, params)
    for (const row of rows) found.set(keyOf(row), row.id)
  }
  return found
}

/** Puts series into the dictionary that aren't there. The ids hold once the transaction has been committed. */
export async function insertSeries(
  connection: Connection,
  rows: readonly NewSeries[],
  now: number,
): Promise<Map<string, number>> {
  const inserted = new Map<string, number>()
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    const values = rows
      .slice(from, from + rowsPerInsert)
      .map(({ tenantId, id, metric, agent, tags }) => [tenantId, id, metric, agent, tags, now])
    const answered = await connection.query<SeriesRow>(
      `INSERT INTO series (tenant_id, hash, metric_name, agent_id, tags, created_at) VALUES ?
       RETURNING id, tenant_id, hash`,
      [values],
    )
    for (const row of answered) inserted.set(keyOf(row), row.id)
  }
  return inserted
}

export function seriesKey({ tenantId, id }: TenantKey): string {
  return `${tenantId}:${textOf(id)}`
}

interface SeriesRow {
  readonly id: number
  readonly tenant_id: number
  readonly hash: Buffer
}

function keyOf(row: SeriesRow): string {
  return seriesKey({ tenantId: row.tenant_id, id: row.hash })
}
