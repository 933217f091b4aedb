import type { AlertTransition, RuleItem } from '../api/alert-types.ts'
import { type AlertMark, type AlertSpan, alertMarks, alertSpans } from './alert-marks.ts'

/** What alerts say about one metric. */
export interface ChartAlerts {
  readonly spans: readonly AlertSpan[]
  readonly marks: readonly AlertMark[]
  readonly thresholds: readonly { readonly value: number; readonly title: string }[]
}

/** What a chart of a metric shows of alerts: its transitions, oldest first, and the thresholds that apply to it. */
export function chartAlerts(
  transitions: readonly AlertTransition[],
  rules: readonly RuleItem[],
  metric: string,
  agent: string | undefined,
): ChartAlerts {
  const thresholds = new Map<number, string[]>()
  for (const { name, metric_name, agent_id, threshold, enabled } of rules) {
    if (!enabled || metric_name !== metric) continue
    if (agent !== undefined && agent_id && agent_id !== agent) continue
    thresholds.set(threshold, [...(thresholds.get(threshold) ?? []), name])
  }
  return {
    spans: alertSpans(transitions),
    marks: alertMarks(transitions),
    thresholds: [...thresholds].map(([value, names]) => ({ value, title: names.join(', ') })),
  }
}
