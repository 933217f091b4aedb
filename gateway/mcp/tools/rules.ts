import type { AlertChannelJson } from '@streamgauge/core/alert-channel.ts'
import type { AlertRuleBody, AlertRuleJson } from '@streamgauge/core/alert-rule.ts'
import { ruleAnswer, ruleBody } from '../../alerts/rule-schema.ts'
import { tenantPath } from '../caller.ts'
import { gives, isoTime, list, nullable, page, takes, tenant, time, unit } from '../schema.ts'
import { defineTool } from '../tool.ts'
import { unitWord } from '../unit.ts'

interface ListArgs {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

type CreateArgs = AlertRuleBody & { readonly tenant?: string }
type ChangeArgs = Partial<AlertRuleJson> & { readonly tenant?: string; readonly id: number }

const { id, version, created_at, updated_at, ...settable } = ruleBody.properties
const about = 'Durations are seconds; threshold is in `unit`; `channels` are ids from list_channels.'
const output = gives({
  ...ruleAnswer.properties,
  unit,
  created_at: time('When it was made.'),
  updated_at: time('When it was changed last; it is about points accepted from then on.'),
})

export const listAlertRules = defineTool<ListArgs>({
  name: 'list_alert_rules',
  title: 'List alert rules',
  description: `The alert rules of a tenant, by id. ${about}`,
  scope: 'manage',
  input: takes({ tenant, ...page }),
  output: list('Rules.', output),
  async run({ tenant, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/alert-rules')
    const { items, next } = await caller.ask<{ items: AlertRuleJson[]; next: string | null }>('GET', path, {
      query,
    })
    return { items: items.map(describe), next }
  },
})

export const listChannels = defineTool<ListArgs>({
  name: 'list_channels',
  title: 'List channels that rules can tell',
  description: 'Where a rule can tell that it fires, by id. Addresses are left out.',
  scope: 'manage',
  input: takes({ tenant, ...page }),
  output: list(
    'Channels.',
    gives({
      id: { type: 'integer' },
      type: { type: 'string' },
      name: { type: 'string' },
      disabled_reason: nullable('string', 'Why nothing is sent any more; null while it is.'),
    }),
  ),
  async run({ tenant, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/channels')
    const { items, next } = await caller.ask<{ items: AlertChannelJson[]; next: string | null }>(
      'GET',
      path,
      { query },
    )
    return {
      items: items.map(({ id, type, name, disabled_reason }) => ({ id, type, name, disabled_reason })),
      next,
    }
  },
})

export const createAlertRule = defineTool<CreateArgs>({
  name: 'create_alert_rule',
  title: 'Make an alert rule',
  description: [
    'Makes a rule that fires where values of a metric breach its threshold, for each series on its own. It is in force',
    `within 2 s, for points accepted from then on. ${about}`,
  ].join(' '),
  scope: 'manage',
  changes: { repeatable: false, overwrites: false },
  input: takes({ tenant, ...settable }, 'metric_name', 'operator', 'threshold'),
  output,
  async run({ tenant, ...body }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/alert-rules')
    return describe(await caller.ask<AlertRuleJson>('POST', path, { body }))
  },
})

export const changeAlertRule = defineTool<ChangeArgs>({
  name: 'change_alert_rule',
  title: 'Change an alert rule',
  description: [
    'Changes the named fields of a rule and leaves the others as they are; enabled=false ends what it fires. Refused with',
    `RULE_CHANGED where somebody has changed it meanwhile. ${about}`,
  ].join(' '),
  scope: 'manage',
  changes: { repeatable: true, overwrites: true },
  input: takes(
    { tenant, id: { type: 'integer', minimum: 1, description: 'Of the rule.' }, ...optional() },
    'id',
  ),
  output,
  async run({ tenant, id, ...changes }, caller) {
    const path = tenantPath(caller.tenant(tenant), `/alert-rules/${id}`)
    // With the version that was read: a change of somebody else is never overwritten unseen.
    const rule = await caller.ask<AlertRuleJson>('GET', path)
    return describe(await caller.ask<AlertRuleJson>('PUT', path, { body: { ...rule, ...changes } }))
  },
})

/** What is left out stays as it is: it must not get its default. */
function optional(): Record<string, object> {
  const fields: [string, { default?: unknown }][] = Object.entries<object>(settable)
  return Object.fromEntries(fields.map(([name, { default: _, ...schema }]) => [name, schema]))
}

function describe(rule: AlertRuleJson): object {
  return {
    ...rule,
    unit: unitWord(rule.metric_name),
    created_at: isoTime(rule.created_at),
    updated_at: isoTime(rule.updated_at),
  }
}
