import type { AlertCondition, AlertOperator } from './alert.ts'
import type { AlertScope } from './alert-match.ts'
import { Fields, type Read } from './field-faults.ts'
import { limits } from './limits.ts'
import { sortTags } from './series.ts'

export const alertOperators: readonly AlertOperator[] = ['>', '>=', '<', '<=', '==', '!=']
export const severities = ['info', 'warning', 'critical'] as const
export const noDataChoices = ['keep', 'alert', 'ok'] as const

/** A rule as it is kept: what a person has decided, with defaults filled in. */
export interface AlertRule extends AlertCondition, AlertScope {
  readonly name: string
  readonly severity: (typeof severities)[number]
  /** Ids of the channels that are told. */
  readonly channels: readonly number[]
  readonly enabled: boolean
}

/** A rule as clients see it; durations are seconds, times epoch ms. */
export interface AlertRuleJson {
  readonly id: number
  readonly name: string
  readonly metric_name: string
  readonly operator: AlertOperator
  readonly threshold: number
  readonly duration: number
  readonly agent_id: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly keep_firing_for: number
  readonly clear_threshold: number | null
  readonly no_data: AlertRule['noData']
  readonly severity: AlertRule['severity']
  readonly channels: readonly number[]
  readonly enabled: boolean
  /** Counts the edits. */
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

/** What a client sends; everything that isn't needed has a default. */
export type AlertRuleBody = Partial<AlertRuleJson> &
  Pick<AlertRuleJson, 'metric_name' | 'operator' | 'threshold'>

/** Fields that answers carry and bodies may: what was read can be sent back. */
const answered = ['id', 'version', 'created_at', 'updated_at']
const settable = [
  'name',
  'metric_name',
  'operator',
  'threshold',
  'duration',
  'agent_id',
  'tags',
  'keep_firing_for',
  'clear_threshold',
  'no_data',
  'severity',
  'channels',
  'enabled',
]

/** Reads a rule as a client sends it: the rule, or what is wrong with each field. */
export function readAlertRule(body: unknown): Read<AlertRule> {
  const fields = new Fields(body, [...settable, ...answered])
  fields.need('metric_name', 'operator', 'threshold')
  const metricName = fields.text('metric_name', limits.metricNameLength) ?? ''
  const operator = fields.choice('operator', alertOperators) ?? '>'
  const threshold = fields.number('threshold') ?? 0
  const clearThreshold = fields.number('clear_threshold') ?? null
  const rule: AlertRule = {
    name: fields.text('name', limits.alertNameLength) ?? defaultName(metricName, operator, threshold),
    metricName,
    operator,
    threshold,
    durationMs: fields.seconds('duration', limits.alertDurationMs) ?? 0,
    agentId: fields.agent('agent_id') ?? null,
    tags: sortTags(fields.tags('tags') ?? {}),
    keepFiringMs: fields.seconds('keep_firing_for', limits.alertDurationMs) ?? 0,
    clearThreshold,
    noData: fields.choice('no_data', noDataChoices) ?? 'keep',
    severity: fields.choice('severity', severities) ?? 'warning',
    channels: fields.list<number>('channels', limits.channelsPerRule, channelFault) ?? [],
    enabled: fields.flag('enabled') ?? true,
  }
  const wrongSide = clearThreshold === null ? undefined : clearFault(operator, threshold, clearThreshold)
  if (wrongSide) fields.fault('clear_threshold', wrongSide)
  return fields.faults.length > 0 ? { ok: false, faults: fields.faults } : { ok: true, value: rule }
}

/** A rule as a client reads it. */
export function writeAlertRule(
  rule: AlertRule,
  kept: {
    readonly id: number
    readonly version: number
    readonly createdAt: number
    readonly updatedAt: number
  },
): AlertRuleJson {
  return {
    id: kept.id,
    name: rule.name,
    metric_name: rule.metricName,
    operator: rule.operator,
    threshold: rule.threshold,
    duration: rule.durationMs / 1000,
    agent_id: rule.agentId,
    tags: rule.tags,
    keep_firing_for: rule.keepFiringMs / 1000,
    clear_threshold: rule.clearThreshold,
    no_data: rule.noData,
    severity: rule.severity,
    channels: rule.channels,
    enabled: rule.enabled,
    version: kept.version,
    created_at: kept.createdAt,
    updated_at: kept.updatedAt,
  }
}

function defaultName(metric: string, operator: string, threshold: number): string {
  const condition = ` ${operator} ${threshold}`
  // Cut between characters: half of one is not text.
  return metric.slice(0, limits.alertNameLength - condition.length).toWellFormed() + condition
}

function channelFault(item: unknown): string | undefined {
  return Number.isSafeInteger(item) && Number(item) > 0 ? undefined : 'must be the id of a channel'
}

/** Beyond its threshold a rule would end firing at a value at which it begins to. */
function clearFault(operator: AlertOperator, threshold: number, clear: number): string | undefined {
  if (operator === '==' || operator === '!=') return `has no meaning with ${operator}.`
  const above = operator.startsWith('>')
  if (above ? clear <= threshold : clear >= threshold) return undefined
  return `must be at ${above ? 'most' : 'least'} the threshold, ${threshold}: beyond it the rule fires.`
}
