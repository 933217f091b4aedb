import { type AlertRuleBody, type AlertRuleJson, readAlertRule } from '@streamgauge/core/alert-rule.ts'
import { parseDuration, spellDuration } from './duration.ts'

/** What stands in the fields of the form, as typed. */
export interface RuleFields {
  readonly name: string
  readonly metric_name: string
  readonly operator: string
  readonly threshold: string
  readonly duration: string
  readonly agent_id: string
  /** `region=eu, disk=/` */
  readonly tags: string
  readonly keep_firing_for: string
  readonly clear_threshold: string
  readonly no_data: string
  readonly severity: string
  /** Ids. */
  readonly channels: readonly number[]
}

export type RuleForm =
  | { readonly ok: true; readonly body: AlertRuleBody }
  /** What is wrong, by field. */
  | { readonly ok: false; readonly faults: Readonly<Record<string, string>> }

export const emptyFields: RuleFields = {
  ...{ name: '', metric_name: '', operator: '>', threshold: '', duration: '10 s', agent_id: '', tags: '' },
  ...{ keep_firing_for: '', clear_threshold: '', no_data: 'keep', severity: 'warning', channels: [] },
}

/** The form of a rule that exists. */
export function fieldsOf(rule: AlertRuleJson): RuleFields {
  return {
    name: rule.name,
    metric_name: rule.metric_name,
    operator: rule.operator,
    threshold: String(rule.threshold),
    duration: spellDuration(rule.duration),
    agent_id: rule.agent_id ?? '',
    tags: Object.entries(rule.tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    keep_firing_for: rule.keep_firing_for > 0 ? spellDuration(rule.keep_firing_for) : '',
    clear_threshold: rule.clear_threshold === null ? '' : String(rule.clear_threshold),
    no_data: rule.no_data,
    severity: rule.severity,
    channels: rule.channels,
  }
}

/**
 * Reads the form: the rule to send, or what is wrong with it by the rules of the API itself. `of`: the rule that is
 * changed, as it was when the form was filled; only that version is replaced.
 */
export function readForm(fields: RuleFields, of?: Pick<AlertRuleJson, 'enabled' | 'version'>): RuleForm {
  const faults: Record<string, string> = {}
  const text = (value: string) => value.trim() || undefined
  function number(field: 'threshold' | 'clear_threshold'): number | undefined {
    const typed = text(fields[field])
    const value = Number(typed ?? Number.NaN)
    if (typed !== undefined && !Number.isFinite(value)) faults[field] = 'must be a number.'
    return Number.isFinite(value) ? value : undefined
  }
  function duration(field: 'duration' | 'keep_firing_for'): number {
    const typed = text(fields[field])
    const value = typed === undefined ? 0 : parseDuration(typed)
    if (value === undefined) faults[field] = 'must be a length of time such as 10 s or 5 min.'
    return value ?? 0
  }
  const tags = readTags(fields.tags)
  if (!tags) faults.tags = 'must be pairs such as region=eu, disk=/.'
  const body = {
    name: text(fields.name),
    metric_name: text(fields.metric_name),
    operator: fields.operator,
    threshold: number('threshold'),
    duration: duration('duration'),
    agent_id: text(fields.agent_id),
    tags: tags ?? {},
    keep_firing_for: duration('keep_firing_for'),
    clear_threshold: number('clear_threshold'),
    no_data: fields.no_data,
    severity: fields.severity,
    channels: fields.channels,
    enabled: of?.enabled ?? true,
    ...(of && { version: of.version }),
  }
  const read = readAlertRule(body)
  for (const { field, detail } of read.ok ? [] : read.faults) faults[field] ??= detail
  return Object.keys(faults).length > 0 ? { ok: false, faults } : { ok: true, body: body as AlertRuleBody }
}

/** Undefined when they are no pairs. */
function readTags(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
  const tags: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) return undefined
    tags[pair.slice(0, at).trim()] = pair.slice(at + 1).trim()
  }
  return tags
}
