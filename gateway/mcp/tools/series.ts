import { tenantPath } from '../caller.ts'
import {
  agents,
  gives,
  isoTime,
  list,
  metrics,
  nullable,
  page,
  tags,
  takes,
  tenant,
  time,
  unit,
} from '../schema.ts'
import { defineTool } from '../tool.ts'
import { unitWord } from '../unit.ts'

interface Args {
  readonly tenant?: string
  readonly metrics?: string[]
  readonly agents?: string[]
  readonly limit: number
  readonly cursor?: string
}

interface Answer {
  readonly items: readonly {
    readonly metric_name: string
    readonly agent_id: string | null
    readonly tags: Readonly<Record<string, string>>
    readonly last: { readonly ts: number; readonly value: number } | null
  }[]
  readonly next: string | null
}

export const listSeries = defineTool<Args>({
  name: 'list_series',
  title: 'List series with their newest point',
  description: [
    'Series of a tenant: metric, agent and tags together name one. Each comes with its newest point, so this also answers',
    'what a value is now.',
  ].join(' '),
  scope: 'read',
  input: takes({ tenant, metrics, agents, ...page }),
  output: list(
    'Series.',
    gives({
      metric_name: { type: 'string' },
      agent_id: nullable('string', 'null: it belongs to none.'),
      tags,
      unit,
      last: {
        anyOf: [gives({ at: time('When.'), value: { type: 'number' } }), { type: 'null' }],
        description: 'The newest point; null: none is kept.',
      },
    }),
  ),
  async run({ tenant, metrics: metric, agents: agent, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/series')
    const { items, next } = await caller.ask<Answer>('GET', path, { query: { metric, agent, ...query } })
    return {
      items: items.map(({ metric_name, agent_id, tags, last }) => ({
        metric_name,
        agent_id,
        tags,
        unit: unitWord(metric_name),
        last: last && { at: isoTime(last.ts), value: last.value },
      })),
      next,
    }
  },
})
