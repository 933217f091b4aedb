import { limits } from '@streamgauge/core/limits.ts'
import type { TenantFeed } from '../model/tenant-feed.ts'
import type { Api } from './client.ts'
import type { History } from './types.ts'

/** Raw points of one series that a chart asks for: a longer series is thinned by the gateway. */
const maxPoints = 20_000

/** Reads stored raw points of a metric from a time on, points ahead of the clock included. Times are epoch ms. */
export function readHistory(
  api: Api,
  feed: TenantFeed,
  ask: { readonly metric: string; readonly agent: string | undefined; readonly fromMs: number },
  signal: AbortSignal,
): Promise<History> {
  const query = new URLSearchParams({
    metric: ask.metric,
    from: String(ask.fromMs),
    to: String(Math.ceil(feed.clock.now() + limits.futureMs)),
    resolution: 'raw',
    max_points: String(maxPoints),
  })
  if (ask.agent !== undefined) query.set('agent', ask.agent)
  return api.get(`/api/v1/tenants/${encodeURIComponent(feed.tenant)}/metrics?${query}`, signal)
}
