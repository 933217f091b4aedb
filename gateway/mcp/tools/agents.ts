import { type AgentStatus, agentStatuses } from '@streamgauge/core/agent-status.ts'
import { tenantPath } from '../caller.ts'
import { agents, gives, isoOrNull, list, nullable, page, takes, tenant, timeOrNull } from '../schema.ts'
import { defineTool } from '../tool.ts'

interface Args {
  readonly tenant?: string
  readonly agents?: string[]
  readonly status?: AgentStatus[]
  readonly limit: number
  readonly cursor?: string
}

interface Answer {
  readonly items: readonly {
    readonly agent_id: string
    readonly status: AgentStatus
    readonly reason: string | null
    readonly last_seen: number | null
    readonly interval_ms: number | null
    readonly enrolled: boolean
    readonly metrics: readonly { readonly metric_name: string }[]
  }[]
  readonly next: string | null
}

const status = { type: 'string', enum: agentStatuses }

export const listAgents = defineTool<Args>({
  name: 'list_agents',
  title: 'List agents and their status',
  description: [
    'Machines and programs that send points, by name, and whether they still do. late: silent for more than 1.5 of its',
    'intervals. offline: for more than 2, or it said so itself, or the broker in its name; `reason` tells which: lost,',
    'stopped, revoked or silent. unknown: never heard of, or it can’t be told now. Which are offline: status=["offline"].',
  ].join(' '),
  scope: 'read',
  input: takes({
    tenant,
    agents,
    status: { type: 'array', maxItems: agentStatuses.length, items: status, description: 'Only of these.' },
    ...page,
  }),
  output: list(
    'Agents.',
    gives({
      agent_id: { type: 'string' },
      status,
      reason: nullable('string', 'Of being late or offline.'),
      last_seen: timeOrNull('Of its newest points or word; null: never.'),
      interval_s: nullable('number', 'Seconds between its looks; null: not known yet.'),
      enrolled: { type: 'boolean', description: 'It has a login at the broker.' },
      metrics: {
        type: 'array',
        items: { type: 'string' },
        description: 'Names of metrics it sends, 50 at most.',
      },
    }),
  ),
  async run({ tenant, agents: agent, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/agents')
    const { items, next } = await caller.ask<Answer>('GET', path, { query: { agent, ...query } })
    return {
      items: items.map(({ agent_id, status, reason, last_seen, interval_ms, enrolled, metrics }) => ({
        agent_id,
        status,
        reason,
        last_seen: isoOrNull(last_seen),
        interval_s: interval_ms === null ? null : interval_ms / 1000,
        enrolled,
        metrics: [...new Set(metrics.map(({ metric_name }) => metric_name))],
      })),
      next,
    }
  },
})
