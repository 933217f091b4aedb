import type { Queryable } from './pool.ts'

export interface StoredPoint {
  /** Epoch ms. */
  readonly ts: number
  readonly value: number
}

/** Series of one statement: each is a seek of its own, and a statement with more of them takes long to plan. */
const seriesPerStatement = 100

/**
 * The newest `count` points of each series since `since` (epoch ms), newest first. Series without any are absent.
 * `until` bounds the hours that are looked into: points may lie a little ahead of the clock.
 */
export async function lastPoints(
  db: Queryable,
  ids: readonly number[],
  { since, until, count }: { since: number; until: number; count: number },
): Promise<Map<number, StoredPoint[]>> {
  const found = new Map<number, StoredPoint[]>()
  const one = `(SELECT series_id, ts, value FROM metrics_raw WHERE series_id = ? AND ts >= ? AND ts <= ?
    ORDER BY ts DESC, position DESC LIMIT ?)`
  for (let i = 0; i < ids.length; i += seriesPerStatement) {
    const some = ids.slice(i, i + seriesPerStatement)
    const rows = await db.query<{ series_id: number; ts: number; value: number }>(
      some.map(() => one).join(' UNION ALL '),
      some.flatMap((id) => [id, since, until, count]),
    )
    for (const { series_id, ts, value } of rows) {
      const points = found.get(series_id) ?? []
      points.push({ ts, value })
      found.set(series_id, points)
    }
  }
  // A UNION promises no order, although each part of it was found in order.
  for (const points of found.values()) points.sort((a, b) => b.ts - a.ts)
  return found
}
