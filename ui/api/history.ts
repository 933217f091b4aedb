import type { HistoryAsk } from '../model/metric-source.ts'
import { rawMostMs } from '../model/span.ts'
import type { TenantFeed } from '../model/tenant-feed.ts'
import type { Api } from './client.ts'
import type { History } from './types.ts'

/** Points of one series that a chart asks for: of more, the gateway leaves some out. */
const maxPoints = 20_000
/** Windows of one series: more than a chart has slots. */
const maxSteps = 4_000

/** Reads what is stored of a metric, points ahead of the clock included where the range is open. */
export function readHistory(
  api: Api,
  { tenant }: TenantFeed,
  metric: string,
  agent: string | undefined,
  { from, to, resolution, stepMs, maxSeries }: HistoryAsk,
  signal: AbortSignal,
): Promise<History> {
  const isShort = to !== undefined && to - from <= rawMostMs
  const query = new URLSearchParams({
    metric,
    from: String(from),
    resolution,
    max_series: String(maxSeries),
    max_points: String(stepMs === undefined && (resolution === 'raw' || isShort) ? maxPoints : maxSteps),
  })
  if (stepMs !== undefined) query.set('step', `${stepMs}ms`)
  if (to !== undefined) query.set('to', String(to))
  if (agent !== undefined) query.set('agent', agent)
  return api.get(`/api/v1/tenants/${encodeURIComponent(tenant)}/metrics?${query}`, signal)
}
