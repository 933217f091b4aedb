import { tenantPath } from '../caller.ts'
import { gives, list, page, takes, tenant, unit } from '../schema.ts'
import { defineTool } from '../tool.ts'
import { unitWord } from '../unit.ts'

interface Args {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

interface Answer {
  readonly items: readonly { readonly metric_name: string; readonly series: number }[]
  readonly next: string | null
}

export const listMetrics = defineTool<Args>({
  name: 'list_metrics',
  title: 'List metrics',
  description: 'What a tenant measures: metric names, each with its unit and how many series it has.',
  scope: 'read',
  input: takes({ tenant, ...page }),
  output: list(
    'Metrics by name.',
    gives({ metric_name: { type: 'string' }, unit, series: { type: 'integer', description: 'How many.' } }),
  ),
  async run({ tenant, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/metric-names')
    const { items, next } = await caller.ask<Answer>('GET', path, { query })
    return { items: items.map((item) => ({ ...item, unit: unitWord(item.metric_name) })), next }
  },
})
