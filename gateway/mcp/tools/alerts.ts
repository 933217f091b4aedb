import { type AlertState, alertStates } from '@streamgauge/core/alert.ts'
import { severities } from '@streamgauge/core/alert-rule.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import { type Caller, tenantPath } from '../caller.ts'
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
  timeAsked,
  unit,
} from '../schema.ts'
import { defineTool } from '../tool.ts'
import { unitWord } from '../unit.ts'

interface FiringArgs {
  readonly tenant?: string
  readonly agents?: string[]
  readonly metrics?: string[]
  readonly limit: number
  readonly cursor?: string
}

interface HistoryArgs extends FiringArgs {
  readonly states?: AlertState[]
  readonly rules?: number[]
  readonly from?: string
  readonly to?: string
}

interface Answer {
  readonly items: readonly Transition[]
  readonly next: string | null
}

const state = { type: 'string', enum: [...alertStates] }
const change = {
  rule_id: { type: 'integer' },
  rule_name: { type: 'string', description: 'As it was then, like severity and threshold.' },
  severity: { type: 'string', enum: [...severities] },
  metric_name: { type: 'string' },
  agent_id: nullable('string', 'null: the series belongs to none.'),
  tags,
  reason: { type: 'string', description: 'threshold, no_data, rule_changed, rule_disabled or rule_deleted.' },
  value: nullable('number', 'Of the deciding point; null: its absence decided.'),
  threshold: { type: 'number' },
  unit,
}

export const listFiringAlerts = defineTool<FiringArgs>({
  name: 'list_firing_alerts',
  title: 'List alerts that fire now',
  description:
    'What fires now, newest first: one item for each rule and series that is FIRING, or NO_DATA where silence alerts.',
  scope: 'read',
  input: takes({ tenant, agents, metrics, ...page }),
  output: list('What fires.', gives({ ...change, state, since: time('Since when.') })),
  async run(args, caller) {
    const { items, next } = await ask(caller, { ...args, firing: true })
    return {
      items: items.map((item) => ({ ...describe(item), state: item.to, since: isoTime(item.at) })),
      next,
    }
  },
})

export const listAlertHistory = defineTool<HistoryArgs>({
  name: 'list_alert_history',
  title: 'List changes of state of alerts',
  description: 'Every change of state of alerts, newest first; FIRING to OK is what is called resolved.',
  scope: 'read',
  input: takes({
    tenant,
    agents,
    metrics,
    states: {
      type: 'array',
      maxItems: alertStates.length,
      items: state,
      description: 'Only changes to these states.',
    },
    rules: {
      type: 'array',
      maxItems: 20,
      items: { type: 'integer', minimum: 1 },
      description: 'Only of these.',
    },
    from: timeAsked('Changes at or after this time.'),
    to: timeAsked('Changes before it.'),
    ...page,
  }),
  output: list(
    'Changes.',
    gives({ ...change, from: state, to: state, at: time('Of the deciding point or deadline.') }),
  ),
  async run({ states: state, rules: rule, ...args }, caller) {
    const { items, next } = await ask(caller, { ...args, state, rule: rule?.map(String) })
    return {
      items: items.map((item) => ({
        ...describe(item),
        from: item.from,
        to: item.to,
        at: isoTime(item.at),
      })),
      next,
    }
  },
})

function ask(
  caller: Caller,
  {
    tenant,
    agents: agent,
    metrics: metric,
    ...query
  }: FiringArgs & Record<string, string[] | string | boolean | number | undefined>,
): Promise<Answer> {
  const path = tenantPath(caller.tenant(tenant), '/alerts')
  return caller.ask<Answer>('GET', path, { query: { agent, metric, ...query } })
}

function describe({ rule_id, rule_name, severity, series, reason, value, threshold }: Transition): object {
  const [metric_name, agent_id, tags] = series
  return {
    rule_id,
    rule_name,
    severity,
    metric_name,
    agent_id,
    tags,
    reason,
    value,
    threshold,
    unit: unitWord(metric_name),
  }
}
