import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import type { Behind } from '../live/behind.ts'
import type { Presence, SeenAgent } from '../live/presence.ts'
import { agentStatus } from '../live/status.ts'
import { guarded, lastPoint, responses, tagsSchema, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from './page.ts'
import type { Seeds } from './seed.ts'

export interface AgentsRouteOptions {
  readonly presence: Presence
  readonly seeds: Seeds
  readonly behind: Behind
  readonly partitionFor: (tenant: string) => number
}

/** Metrics named with each agent; `…/series?agent=` has all. */
const metricsPerAgent = 50
/** Records that wait this long or longer leave us without a view of the agents, ms. */
const blindAfterMs = 1_000

const item = {
  type: 'object',
  properties: {
    agent_id: { type: 'string' },
    status: {
      enum: ['online', 'late', 'offline', 'unknown'],
      description: 'Late: silent for more than 1.5 intervals; offline: for more than 2.',
    },
    reason: { type: ['string', 'null'], enum: ['silent', null] },
    last_seen: { type: 'integer', description: 'Server time of its newest record, epoch ms.' },
    interval_ms: {
      type: ['integer', 'null'],
      description: 'Learned from its points; null before there are two.',
    },
    metrics: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer', description: 'Series id.' },
          metric_name: { type: 'string' },
          tags: tagsSchema,
          last: lastPoint,
        },
      },
    },
  },
}

/** `GET …/agents`: who has sent points, and whether they still do. */
export function addAgentsRoute(app: FastifyInstance, options: AgentsRouteOptions): void {
  const { presence, seeds, behind, partitionFor } = options
  app.get<{ Querystring: PageQuery }>('/api/v1/tenants/:tenant/agents', {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['agents'],
      summary: 'Agents of a tenant, as seen from their points',
      params: tenantParams,
      querystring: { type: 'object', additionalProperties: false, properties: pageProperties },
      response: responses({ 200: listSchema(item) }, ...guarded, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const tenant = ensureTenant(request)
      const limit = clampLimit(request.query.limit)
      const after = readCursor(request.query.cursor, /^./s) ?? ''
      try {
        await seeds.fill(tenant)
      } catch (error) {
        // Without the store the agents heard by this process are still worth an answer.
        if (presence.agents(tenant.name).length === 0) throw error
      }
      const backlog = await behind.of(partitionFor(tenant.name))
      const now = Date.now()
      const agents = presence.agents(tenant.name).filter(({ agent }) => agent > after)
      const page = pageOf(agents, limit, ({ agent }) => agent)
      const blind = backlog.ms >= blindAfterMs
      return { items: page.items.map((agent) => describe(agent, now, blind)), next: page.next }
    },
  })
}

function describe(agent: SeenAgent, now: number, blind: boolean): object {
  return {
    agent_id: agent.agent,
    ...agentStatus(agent, now, blind),
    last_seen: agent.lastSeen,
    interval_ms: agent.intervalMs === null ? null : Math.round(agent.intervalMs),
    metrics: agent.series.slice(0, metricsPerAgent).map(({ id, name: [metric_name, , tags], last }) => ({
      id,
      metric_name,
      tags,
      last,
    })),
  }
}
