import { lastPoints } from '@streamgauge/adapters/mariadb/last-points.ts'
import { listSeries } from '@streamgauge/adapters/mariadb/series-list.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import type { Presence } from '../live/presence.ts'
import { metricsFor } from '../publish/metrics.ts'
import { lastPoint, listOf, manyTexts, published, responses, tagsSchema, tenantParams } from '../responses.ts'
import type { Store } from '../store.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from './page.ts'

export interface SeriesRouteOptions {
  readonly store: Store
  readonly presence: Presence
  /** Raw points are kept this long, ms. */
  readonly rawRetentionMs: number
}

interface Query extends PageQuery {
  metric?: string | string[]
  agent?: string | string[]
}

const item = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    metric_name: { type: 'string' },
    agent_id: { type: ['string', 'null'] },
    tags: tagsSchema,
    last: lastPoint,
  },
}

/** `GET …/series`: the dictionary of a tenant, with the newest point of each series. */
export function addSeriesRoute(app: FastifyInstance, options: SeriesRouteOptions): void {
  const { store, presence, rawRetentionMs } = options
  app.get<{ Querystring: Query }>('/api/v1/tenants/:tenant/series', {
    onRequest: app.requireScope('read'),
    config: { published: 'page' },
    schema: {
      tags: ['series'],
      summary: 'Series of a tenant',
      params: tenantParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          metric: manyTexts(limits.metricNameLength, 'Metric names; may be repeated.'),
          agent: manyTexts(limits.agentIdLength, 'Agent ids; may be repeated.'),
          ...pageProperties,
        },
      },
      response: responses({ 200: listSchema(item) }, ...published, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const tenant = ensureTenant(request)
      const { query } = request
      const limit = clampLimit(query.limit)
      const after = Number(readCursor(query.cursor, /^\d{1,10}$/) ?? 0)
      const metrics = metricsFor(request, listOf(query.metric))
      const ask = { tenantId: tenant.id, metrics, agents: listOf(query.agent) }
      const listed = await store.read((db) => listSeries(db, { ...ask, after, limit: limit + 1 }))
      const page = pageOf(listed, limit, ({ id }) => String(id))
      const unseen = page.items.filter(({ id }) => !presence.last(tenant.name, id)).map(({ id }) => id)
      const now = Date.now()
      const range = { since: now - rawRetentionMs, until: now + limits.futureMs, count: 1 }
      const stored = unseen.length > 0 ? await store.read((db) => lastPoints(db, unseen, range)) : new Map()
      return {
        items: page.items.map(({ id, name: [metric_name, agent_id, tags] }) => ({
          id,
          metric_name,
          agent_id,
          tags,
          last: presence.last(tenant.name, id) ?? stored.get(id)?.[0] ?? null,
        })),
        next: page.next,
      }
    },
  })
}
