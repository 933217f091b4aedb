import type { AlertCondition, AlertInstance, AlertOperator } from './alert.ts'
import { limits } from './limits.ts'

const compare: Readonly<Record<AlertOperator, (value: number, threshold: number) => boolean>> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
}

/** The threshold that counts now: while it fires, the one that it must come back over. */
export function thresholdOf(rule: AlertCondition, { state }: Pick<AlertInstance, 'state'>): number {
  return (state === 'FIRING' ? rule.clearThreshold : null) ?? rule.threshold
}

/** A value breaches while nothing fires. */
export function exceeds({ operator, threshold }: AlertCondition, value: number): boolean {
  return compare[operator](value, threshold)
}

/** The last point breaches. */
export function breaches(rule: AlertCondition, instance: AlertInstance): boolean {
  return compare[rule.operator](instance.value, thresholdOf(rule, instance))
}

/** Until when the last value is taken for the present one: 5 minutes, or three of the series' intervals. */
export function freshUntil({ last, gap, gapBefore }: AlertInstance): number {
  const interval = Math.min(gap ?? 0, gapBefore ?? Number.POSITIVE_INFINITY)
  return last + freshMs(interval)
}

/** For how long a value counts as the present one; `interval` in ms, 0 before it is known. */
export function freshMs(interval: number): number {
  return Math.max(limits.alertFreshMs, interval * limits.alertFreshIntervals)
}

/** When it begins or ceases to fire by time alone; Infinity: never, or only after the last value has become stale. */
export function deadline(rule: AlertCondition, instance: AlertInstance): number {
  const at = durationEnd(rule, instance)
  return at <= freshUntil(instance) ? at : Number.POSITIVE_INFINITY
}

function durationEnd(rule: AlertCondition, { state, since, clearing, changedAt }: AlertInstance): number {
  if (state === 'PENDING' && since !== null) return Math.max(changedAt, since + rule.durationMs)
  if (state === 'FIRING' && clearing !== null) return Math.max(changedAt, clearing + rule.keepFiringMs)
  return Number.POSITIVE_INFINITY
}

/** When silence changes its state; Infinity: never. */
export function staleDeadline({ noData }: AlertCondition, instance: AlertInstance): number {
  const { state, changedAt } = instance
  const matters = noData === 'alert' ? state !== 'NO_DATA' : noData === 'ok' && state !== 'OK'
  return matters ? Math.max(changedAt, freshUntil(instance)) : Number.POSITIVE_INFINITY
}
