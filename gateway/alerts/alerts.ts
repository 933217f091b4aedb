import { listAlerts } from '@streamgauge/adapters/mariadb/alerts-list.ts'
import { type AlertState, alertStates } from '@streamgauge/core/alert.ts'
import { severities } from '@streamgauge/core/alert-rule.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { metricsFor } from '../publish/metrics.ts'
import { readTime } from '../query/time.ts'
import { listOf, manyTexts, published, responses, tagsSchema, tenantParams } from '../responses.ts'
import type { Store } from '../store.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from '../tenant/page.ts'
import { idsOf, manyIds, manyOf, valuesOf } from './filters.ts'

interface Query extends PageQuery {
  state?: AlertState | AlertState[]
  rule?: number | number[]
  agent?: string | string[]
  metric?: string | string[]
  from?: string
  to?: string
  firing?: boolean
}

const time = (description: string) => ({ type: 'string', maxLength: 40, description })

const item = {
  type: 'object',
  properties: {
    id: { type: 'integer', description: 'Rises within a tenant.' },
    rule_id: { type: 'integer' },
    rule_name: { type: 'string', description: 'As it was then, like severity and threshold.' },
    severity: { enum: severities },
    series: {
      type: 'array',
      description: '`[metric_name, agent_id or null, tags]`.',
      prefixItems: [{ type: 'string' }, { type: ['string', 'null'] }, tagsSchema],
    },
    from: { enum: alertStates },
    to: { enum: alertStates, description: 'FIRING to OK is what is called resolved.' },
    reason: { enum: ['threshold', 'no_data', 'rule_changed', 'rule_disabled', 'rule_deleted'] },
    value: { type: ['number', 'null'], description: 'Of the last point; null where its absence decided.' },
    threshold: { type: 'number' },
    at: {
      type: 'integer',
      description: 'Time of the deciding point, or the deadline that decided; epoch ms.',
    },
    position: { type: 'string', description: '`partition:offset` of the record with the last point.' },
  },
}

/** `GET …/alerts`: every change of state, or what fires now. */
export function addAlertsRoute(app: FastifyInstance, { store }: { readonly store: Store }): void {
  app.get<{ Querystring: Query }>('/api/v1/tenants/:tenant/alerts', {
    onRequest: app.requireScope('read'),
    config: { published: 'page' },
    schema: {
      tags: ['alerts'],
      summary: 'Changes of state of alerts, newest first',
      params: tenantParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          state: manyOf(alertStates, 'Only changes to these states; may be repeated.'),
          rule: manyIds('Only of these rules; may be repeated.'),
          agent: manyTexts(limits.agentIdLength, 'Only of series of these agents; may be repeated.'),
          metric: manyTexts(limits.metricNameLength, 'Only of series of these metrics; may be repeated.'),
          from: time(
            'Changes at or after this time: epoch ms, RFC 3339 with a zone, now, or relative such as -1h.',
          ),
          to: time('The same; not included.'),
          firing: {
            type: 'boolean',
            default: false,
            description: 'Only what is FIRING or NO_DATA now: the last change of each rule and series.',
          },
          ...pageProperties,
        },
      },
      response: responses({ 200: listSchema(item) }, ...published, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    // The series is a tuple, which a serializer made from its schema would read as a list of anything.
    serializerCompiler: () => JSON.stringify,
    handler: async (request) => {
      const { query } = request
      const limit = clampLimit(query.limit)
      const before = readCursor(query.cursor, /^\d{1,15}$/)
      const now = Date.now()
      const ask = {
        tenantId: ensureTenant(request).id,
        states: valuesOf(query.state),
        rules: idsOf(query.rule),
        agents: listOf(query.agent),
        metrics: metricsFor(request, listOf(query.metric)),
        from: ensureTime('from', query.from, now),
        to: ensureTime('to', query.to, now),
        firing: query.firing === true,
        before: before === undefined ? undefined : Number(before),
        limit: limit + 1,
      }
      const rows = await store.read((db) => listAlerts(db, ask))
      return pageOf(rows, limit, ({ id }) => String(id))
    },
  })
}

function ensureTime(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const time = readTime(text, now)
  if (time !== undefined) return time
  throw new Fault(
    'QUERY_INVALID',
    `${name}: is neither epoch ms, RFC 3339 with a zone, now, nor such as -1h.`,
  )
}
