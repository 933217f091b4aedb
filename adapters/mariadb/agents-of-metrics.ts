import type { Queryable } from './pool.ts'

/** Agents that have, or had, series of some of these metrics; at most `limit` of them. */
export async function agentsOfMetrics(
  db: Queryable,
  tenantId: number,
  metrics: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await db.query<{ agent: string }>(
    `SELECT DISTINCT agent_id AS agent FROM series
     WHERE tenant_id = ? AND metric_name IN ? AND agent_id IS NOT NULL LIMIT ?`,
    [tenantId, [metrics], limit],
  )
  return rows.map(({ agent }) => agent)
}
