import { breaches, deadline, exceeds, freshUntil, staleDeadline } from './alert-condition.ts'

export const alertStates = ['OK', 'PENDING', 'FIRING', 'NO_DATA'] as const
export type AlertState = (typeof alertStates)[number]
export type AlertReason = 'threshold' | 'no_data' | 'rule_changed' | 'rule_disabled' | 'rule_deleted'

export type AlertOperator = '>' | '>=' | '<' | '<=' | '==' | '!='

/** What a rule says about the values of a series. */
export interface AlertCondition {
  readonly operator: AlertOperator
  readonly threshold: number
  /** So long values must breach before it fires. */
  readonly durationMs: number
  /** So long it goes on firing after the first value that doesn't breach. */
  readonly keepFiringMs: number
  /** While it fires this is the threshold; null: the same. */
  readonly clearThreshold: number | null
  /** What silence means: nothing, an alert of its own, or that all is well. */
  readonly noData: 'keep' | 'alert' | 'ok'
}

/** What is known of a rule over one series. Times are epoch ms, of events. */
export interface AlertInstance {
  readonly state: AlertState
  /** The last point, or the last deadline that was applied: what lies before is late. */
  readonly upTo: number
  /** The last point. */
  readonly last: number
  readonly value: number
  /** Between the last points, of three with different times: the shorter one counts, the other may be an outage. */
  readonly gap: number | null
  readonly gapBefore: number | null
  /** PENDING and FIRING: the first point of the breach. */
  readonly since: number | null
  /** FIRING: the first point that didn't breach, while it goes on firing. */
  readonly clearing: number | null
  /** When the rule was changed: nothing that follows from the change lies before. */
  readonly changedAt: number
}

export type AlertEvent =
  | { readonly type: 'point'; readonly at: number; readonly value: number }
  /** No point at or before `to` is to come any more: deadlines up to it, itself included, decide. */
  | { readonly type: 'tick'; readonly to: number }
  /** The rule that is handed over is a new version, made at `at`. */
  | { readonly type: 'change'; readonly at: number }
  /** The rule is no longer about this series. */
  | { readonly type: 'end'; readonly at: number; readonly reason: AlertReason }

export interface AlertTransition {
  readonly from: AlertState
  readonly to: AlertState
  readonly reason: AlertReason
  /** Time of the deciding point, or the deadline that decided. */
  readonly at: number
  /** Of the last point; null where it is its absence that decided. */
  readonly value: number | null
}

/** What a step answers. Without an instance, there is nothing to be kept. */
export interface AlertStep {
  readonly instance: AlertInstance | undefined
  readonly transitions: readonly AlertTransition[]
}

const none: readonly AlertTransition[] = []

/**
 * Advances one rule over one series by one event. Pure: the same events give the same transitions, whenever and
 * however often they are replayed. A late point changes nothing.
 */
export function step(
  rule: AlertCondition,
  instance: AlertInstance | undefined,
  event: AlertEvent,
): AlertStep {
  switch (event.type) {
    case 'point':
      return takePoint(rule, instance, event.at, event.value)
    case 'tick':
      return instance ? applyDeadlines(rule, instance, event.to) : { instance, transitions: none }
    case 'change':
      return instance ? change(rule, instance, event.at) : { instance, transitions: none }
    case 'end': {
      if (!instance || instance.state === 'OK') return { instance: undefined, transitions: none }
      const at = Math.max(event.at, instance.upTo)
      const { transitions } = move(instance, 'OK', event.reason, { at })
      return { instance: undefined, transitions }
    }
  }
}

/**
 * Where nothing happens whatever has been known of an OK instance, a step depends on the instance and the point alone: all
 * rules of which this holds go on to the same instance.
 */
export function staysOk(rule: AlertCondition, instance: AlertInstance | undefined, value: number): boolean {
  if (rule.noData === 'alert' || (instance && instance.state !== 'OK')) return false
  return !exceeds(rule, value)
}

/** When the clock alone changes something, if no point comes before; Infinity: never. */
export function nextDeadline(rule: AlertCondition, instance: AlertInstance): number {
  return Math.min(deadline(rule, instance), staleDeadline(rule, instance))
}

function takePoint(
  rule: AlertCondition,
  instance: AlertInstance | undefined,
  at: number,
  value: number,
): AlertStep {
  if (!instance) {
    const first = {
      ...{ state: 'OK' as const, upTo: at, last: at, value, gap: null, gapBefore: null },
      ...{ since: null, clearing: null, changedAt: 0 },
    }
    return decide(rule, first, at, true)
  }
  if (at < instance.upTo) return { instance, transitions: none }
  // A point exactly at a deadline decides itself.
  const due = applyDeadlines(rule, instance, at, false)
  const before = due.instance
  const [gap, gapBefore] = at > before.last ? [at - before.last, before.gap] : [before.gap, before.gapBefore]
  const wasFresh = at <= freshUntil(before)
  const decided = decide(rule, { ...before, upTo: at, last: at, value, gap, gapBefore }, at, wasFresh)
  if (due.transitions.length === 0) return decided
  return { ...decided, transitions: [...due.transitions, ...decided.transitions] }
}

/** What the last point of an instance means, on its own. */
function decide(rule: AlertCondition, instance: AlertInstance, at: number, wasFresh: boolean): AlertStep {
  const { state } = instance
  const breach = breaches(rule, instance)
  if (state === 'FIRING') {
    if (breach) return { instance: { ...instance, clearing: null }, transitions: none }
    const clearing = instance.clearing ?? at
    if (at - clearing >= rule.keepFiringMs) return move(instance, 'OK', 'threshold', { at })
    return { instance: { ...instance, clearing }, transitions: none }
  }
  if (!breach)
    return state === 'OK' ? { instance, transitions: none } : move(instance, 'OK', 'threshold', { at })
  // Nobody knows whether a breach has lasted through a silence.
  const since = state === 'PENDING' && wasFresh ? (instance.since ?? at) : at
  if (at - since >= rule.durationMs) return move(instance, 'FIRING', 'threshold', { at, since })
  if (state === 'PENDING') return { instance: { ...instance, since }, transitions: none }
  return move(instance, 'PENDING', 'threshold', { at, since })
}

type Advanced = AlertStep & { readonly instance: AlertInstance }

function applyDeadlines(
  rule: AlertCondition,
  instance: AlertInstance,
  to: number,
  inclusive = true,
): Advanced {
  let transitions = none
  let now = instance
  for (;;) {
    const own = deadline(rule, now)
    const stale = staleDeadline(rule, now)
    const at = Math.min(own, stale)
    const isDue = inclusive ? at <= to : at < to
    if (!isDue || at === Number.POSITIVE_INFINITY) return { instance: now, transitions }
    const moved = own <= stale ? moveByDuration(now, at) : moveBySilence(rule, now, at)
    now = { ...moved.instance, upTo: Math.max(now.upTo, at) }
    transitions = [...transitions, ...moved.transitions]
  }
}

function moveByDuration(instance: AlertInstance, at: number): Advanced {
  return instance.state === 'PENDING'
    ? move(instance, 'FIRING', 'threshold', { at, since: instance.since })
    : move(instance, 'OK', 'threshold', { at })
}

function moveBySilence({ noData }: AlertCondition, instance: AlertInstance, at: number): Advanced {
  return move(instance, noData === 'alert' ? 'NO_DATA' : 'OK', 'no_data', { at })
}

function change(rule: AlertCondition, instance: AlertInstance, changedAt: number): AlertStep {
  const { state, since, clearing } = instance
  const at = Math.max(changedAt, instance.upTo)
  const changed = { ...instance, changedAt: at }
  if ((state !== 'PENDING' && state !== 'FIRING') || since === null)
    return { instance: changed, transitions: none }
  const breach = breaches(rule, instance)
  const isShort = state === 'FIRING' && at - since < rule.durationMs
  if (!breach && (clearing === null || isShort)) return move(changed, 'OK', 'rule_changed', { at })
  if (isShort) return move(changed, 'PENDING', 'rule_changed', { at, since })
  return { instance: changed, transitions: none }
}

function move(
  instance: AlertInstance,
  to: AlertState,
  reason: AlertReason,
  { at, since = null }: { at: number; since?: number | null },
): Advanced {
  const value = reason === 'no_data' ? null : instance.value
  return {
    instance: { ...instance, state: to, since, clearing: null },
    transitions: [{ from: instance.state, to, reason, at, value }],
  }
}
