import { createHeld } from '@streamgauge/adapters/held.ts'
import { countSeries } from '@streamgauge/adapters/mariadb/series-count.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import type { Behind } from '../live/behind.ts'
import type { Paces } from '../live/pace.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import type { Store } from '../store.ts'

export interface DetailRouteOptions {
  readonly store: Store
  readonly paces: Paces
  readonly behind: Behind
  readonly partitionFor: (tenant: string) => number
  /** `src` of the last record seen of a partition. */
  readonly head: (partition: number) => number | undefined
  /** What a person should see to before it hurts, one sentence each; throws while it can't be known. */
  readonly warnings: () => Promise<readonly string[]>
}

const millis = { type: ['number', 'null'], description: 'ms, over the last minute; null when nothing came.' }
const answer = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    created_at: { type: 'integer', description: 'Epoch ms.' },
    series_count: { type: ['integer', 'null'], description: 'May be some seconds old; null when not known.' },
    ingest: {
      type: 'object',
      properties: {
        points_per_s: { type: 'number', description: 'Average of the last ten seconds.' },
        lag_ms: {
          ...millis,
          description: `From acceptance to the live stream, median. ${millis.description}`,
        },
        lag_p95_ms: { ...millis, description: `The same, 95th percentile. ${millis.description}` },
        behind_records: { type: 'integer', description: 'Records accepted but not yet in the live stream.' },
        behind_ms: { type: 'integer', description: 'For how long at least; 0 when there are none.' },
      },
    },
    server_time: { type: 'integer', description: 'Epoch ms.' },
    head: { type: ['string', 'null'], description: 'Position of the newest record in the live stream.' },
    warnings: {
      type: 'array',
      items: { type: 'string' },
      description: 'What an operator should see to before it hurts, such as a table that is not kept up.',
    },
  },
}

/** Counts are kept for a few seconds, and through an outage: the status must be shown then of all times. */
const ages = { freshMs: 2_000, refreshMs: 30_000, staleMs: 24 * 3_600_000, capacity: 10_000, maxWaiting: 100 }

/** `GET …/{tenant}`: how a tenant is doing now; the dashboard asks every two seconds. */
export function addDetailRoute(app: FastifyInstance, options: DetailRouteOptions): void {
  const { store, paces, behind, partitionFor, head, warnings } = options
  const counts = createHeld<number>({ ...ages, mayServeStale: () => true })
  app.get('/api/v1/tenants/:tenant', {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['tenants'],
      summary: 'A tenant and its ingest at this moment',
      params: tenantParams,
      response: responses({ 200: answer }, ...guarded),
    },
    handler: async (request) => {
      const tenant = ensureTenant(request)
      const partition = partitionFor(tenant.name)
      const count = counts.get(tenant.name, () => store.read((db) => countSeries(db, tenant.id)))
      const [seriesCount, backlog, told] = await Promise.all([
        count.catch(() => null),
        behind.of(partition),
        warnings().catch(() => []),
      ])
      const now = Date.now()
      const pace = paces.of(tenant.name, now)
      const offset = head(partition)
      return {
        name: tenant.name,
        created_at: tenant.createdAt,
        series_count: seriesCount,
        ingest: {
          points_per_s: pace.pointsPerSecond,
          lag_ms: pace.lagP50Ms,
          lag_p95_ms: pace.lagP95Ms,
          behind_records: backlog.records,
          behind_ms: backlog.ms,
        },
        server_time: now,
        head: offset === undefined ? null : formatPosition({ partition, offset }),
        warnings: told,
      }
    },
  })
}
