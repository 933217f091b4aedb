import type { Queryable } from './pool.ts'

/** A metric of a tenant and how many series it has. */
export interface MetricName {
  readonly name: string
  readonly series: number
}

/** Metrics of a tenant by name, those after `after`: reads an index and stops at `limit`. */
export function listMetricNames(
  db: Queryable,
  ask: { readonly tenantId: number; readonly after: string; readonly limit: number },
): Promise<MetricName[]> {
  return db.query<{ name: string; series: number }>(
    'SELECT metric_name AS name, COUNT(*) AS series FROM series WHERE tenant_id = ? AND metric_name > ? GROUP BY metric_name ORDER BY metric_name LIMIT ?',
    [ask.tenantId, ask.after, ask.limit],
  )
}
