import { type AgentStatus, agentStatuses } from '@streamgauge/core/agent-status.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { manyOf, valuesOf } from '../alerts/filters.ts'
import { ensureTenant } from '../ensure.ts'
import type { Fleet } from '../live/fleet.ts'
import type { Presence, SeenSeries } from '../live/presence.ts'
import type { Roster } from '../live/roster.ts'
import type { PublishedAgents } from '../publish/agents.ts'
import { lastPoint, listOf, manyTexts, published, responses, tagsSchema, tenantParams } from '../responses.ts'
import { clampLimit, listSchema, type PageQuery, pageOf, pageProperties, readCursor } from './page.ts'

export interface AgentsRouteOptions {
  readonly presence: Presence
  readonly roster: Roster
  readonly fleet: Fleet
  readonly publishedAgents: PublishedAgents
}

interface Query extends PageQuery {
  agent?: string | string[]
  status?: AgentStatus | AgentStatus[]
}

/** Metrics named with each agent; `…/series?agent=` has all. */
const metricsPerAgent = 50

/** What the list and the stream's `agent` events both tell. */
const stateProperties = {
  agent_id: { type: 'string' },
  status: {
    enum: agentStatuses,
    description: [
      'Late: silent for more than 1.5 intervals. Offline: silent for more than 2, or it said so itself, or the broker',
      'in its name. Unknown: never heard of, or it can’t be told now whether it is silent.',
    ].join(' '),
  },
  reason: {
    type: ['string', 'null'],
    enum: ['lost', 'stopped', 'revoked', 'silent', null],
    description: 'Of being late or offline. Lost: the broker lost its connection. Stopped: it said goodbye.',
  },
  last_seen: {
    type: ['integer', 'null'],
    description: 'Server time of its newest record or word, epoch ms; null when there was none.',
  },
  interval_ms: {
    type: ['integer', 'null'],
    description: 'As it declares, else learned from its points; null before there are two.',
  },
}

const item = {
  type: 'object',
  properties: {
    ...stateProperties,
    enrolled: { type: 'boolean', description: 'It has a login at the broker.' },
    enrolled_at: { type: 'integer', description: 'Epoch ms; left out for agents that never were.' },
    version: { type: 'string', description: 'Of its program, if it told.' },
    inventory: {
      type: 'object',
      additionalProperties: true,
      description: 'What it runs on, if it told.',
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

/**
 * `GET …/agents`: who was enrolled or has sent points, and whether they still do. Tokens of the scope publish get those
 * that have one of their metrics, and no more of them than how they are.
 */
export function addAgentsRoute(app: FastifyInstance, options: AgentsRouteOptions): void {
  const { presence, roster, fleet, publishedAgents } = options
  app.get<{ Querystring: Query }>('/api/v1/tenants/:tenant/agents', {
    onRequest: app.requireScope('read'),
    config: { published: 'page' },
    schema: {
      tags: ['agents'],
      summary: 'Agents of a tenant: those enrolled and those known from their points',
      description:
        'A token of the scope publish gets the agents that have one of its metrics, each as `{agent_id, status, reason, last_seen}`.',
      params: tenantParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          agent: manyTexts(limits.agentIdLength, 'Only these agents; may be repeated.'),
          status: manyOf(agentStatuses, 'Only agents of these statuses; may be repeated.'),
          ...pageProperties,
        },
      },
      response: responses({ 200: listSchema(item) }, ...published, 'QUERY_INVALID', 'STORE_UNAVAILABLE'),
    },
    handler: async (request) => {
      const tenant = ensureTenant(request)
      const limit = clampLimit(request.query.limit)
      const after = readCursor(request.query.cursor, /^./s) ?? ''
      await roster.fill(tenant)
      const sight = await roster.sight(tenant.name)
      const asked = new Set(listOf(request.query.agent))
      const statuses = new Set(valuesOf(request.query.status))
      const stateOf = (name: string) => roster.state(tenant.name, name, sight)
      const terms = request.principal?.publish
      const shown = terms ? await publishedAgents.of(tenant, terms.metrics) : undefined
      const names = roster
        .names(tenant.name)
        .filter((name) => name > after && (asked.size === 0 || asked.has(name)))
        .filter((name) => shown?.has(name) ?? true)
        .filter((name) => statuses.size === 0 || statuses.has(stateOf(name).status))
      const page = pageOf(names.sort(), limit, (name) => name)
      const enrolled = fleet.of(tenant.name)
      return {
        items: page.items.map((agent) => {
          const { status, reason, lastSeen, intervalMs } = stateOf(agent)
          if (shown) return { agent_id: agent, status, reason, last_seen: lastSeen }
          const row = enrolled.get(agent)
          return {
            agent_id: agent,
            status,
            reason,
            last_seen: lastSeen,
            interval_ms: intervalMs === null ? null : Math.round(intervalMs),
            enrolled: row !== undefined && row.revokedAt === null,
            enrolled_at: row?.enrolledAt,
            version: row?.version ?? undefined,
            inventory: row?.inventory ?? undefined,
            metrics: presence.series(tenant.name, agent).slice(0, metricsPerAgent).map(describe),
          }
        }),
        next: page.next,
      }
    },
  })
}

function describe({ id, name: [metric_name, , tags], last }: SeenSeries): object {
  return { id, metric_name, tags, last }
}
