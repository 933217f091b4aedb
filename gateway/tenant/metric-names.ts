import { listMetricNames } from '@streamgauge/adapters/mariadb/metric-names.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { guarded, responses, tenantParams } from '../responses.ts'
import type { Store } from '../store.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from './page.ts'

const item = {
  type: 'object',
  properties: {
    metric_name: { type: 'string' },
    series: { type: 'integer', description: 'How many series it has.' },
  },
}

/** `GET …/metric-names`: what a tenant measures, without its series. */
export function addMetricNamesRoute(app: FastifyInstance, { store }: { readonly store: Store }): void {
  app.get<{ Querystring: PageQuery }>('/api/v1/tenants/:tenant/metric-names', {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['series'],
      summary: 'Metrics of a tenant, by name',
      params: tenantParams,
      querystring: { type: 'object', properties: pageProperties, additionalProperties: false },
      response: responses({ 200: listSchema(item) }, ...guarded, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const { id: tenantId } = ensureTenant(request)
      const limit = clampLimit(request.query.limit)
      const after = readCursor(request.query.cursor, /^./s) ?? ''
      const rows = await store.read((db) => listMetricNames(db, { tenantId, after, limit: limit + 1 }))
      const page = pageOf(rows, limit, ({ name }) => name)
      return { ...page, items: page.items.map(({ name, series }) => ({ metric_name: name, series })) }
    },
  })
}
