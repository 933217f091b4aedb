import type { AlertRuleBody } from '@streamgauge/core/alert-rule.ts'
import { spellDuration } from './duration.ts'
import { formatValue, unitOf } from './format.ts'

export const operatorWords: Readonly<Record<AlertRuleBody['operator'], string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
  '==': 'equal to',
  '!=': 'other than',
}

/** What ends firing where a rule has a threshold of its own for that. */
const clearWords: Readonly<Record<AlertRuleBody['operator'], string>> = {
  '>': 'at or below',
  '>=': 'below',
  '<': 'at or above',
  '<=': 'above',
  '==': 'other than',
  '!=': 'equal to',
}

/** A rule in plain words: `cpu.usage above 90 for 10 s on every agent`. */
export function ruleText(rule: AlertRuleBody): string {
  const { metric_name, operator, threshold, duration = 0, agent_id, tags = {}, keep_firing_for = 0 } = rule
  const { clear_threshold = null, no_data = 'keep' } = rule
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  const parts = [
    `${metric_name} ${operatorWords[operator]} ${limitText(threshold, metric_name)}`,
    duration > 0 ? `for ${spellDuration(duration)}` : '',
    `on ${agent_id || 'every agent'}`,
    pairs.length > 0 ? `with ${pairs.join(', ')}` : '',
  ]
  const more = [
    clear_threshold === null
      ? ''
      : `resolves ${clearWords[operator]} ${limitText(clear_threshold, metric_name)}`,
    keep_firing_for > 0
      ? `keeps firing for ${spellDuration(keep_firing_for)} after the first value that does not breach`
      : '',
    { keep: '', alert: 'alerts when no data comes', ok: 'resolves when no data comes' }[no_data],
  ]
  return [parts.filter(Boolean).join(' '), ...more.filter(Boolean)].join('; ')
}

/** A threshold with all its digits, in the unit that its metric's name speaks of. */
export function limitText(value: number, metric: string): string {
  const unit = unitOf(metric)
  if (unit === 'bytes' && value >= 1024 && Number.isInteger((value / 1024) * 100))
    return formatValue(value, unit)
  return `${value}${{ percent: ' %', bytes: ' B', ms: ' ms', s: ' s', rate: '/s', none: '' }[unit]}`
}
