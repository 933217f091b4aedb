import type { SeriesName } from '@streamgauge/core/batch.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import type { Queryable } from './pool.ts'
import { findSeries, seriesHash, seriesKey } from './series.ts'

/** How many series a tenant has: about 15 ms for 100,000. */
export async function countSeries(db: Queryable, tenantId: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'SELECT COUNT(*) AS count FROM series WHERE tenant_id = ?',
    [tenantId],
  )
  return row.count
}

/** Which of these names are in the tenant's dictionary, in their order. */
export async function areKnown(
  db: Queryable,
  tenantId: number,
  names: readonly SeriesName[],
): Promise<boolean[]> {
  const keys = names.map((name) => ({ tenantId, id: seriesHash(seriesIdentity(name)) }))
  const found = await findSeries(db, keys)
  return keys.map((key) => found.has(seriesKey(key)))
}
