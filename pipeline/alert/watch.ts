import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import {
  type AlertEvent,
  type AlertInstance,
  type AlertReason,
  nextDeadline,
  staysOk,
  step,
} from '@streamgauge/core/alert.ts'
import { isAbout } from '@streamgauge/core/alert-match.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import type { Told } from '@streamgauge/core/told.ts'
import type { Memory } from './memory.ts'
import { type Rule, versionAt } from './rules.ts'

/** A rule over one series, in memory. */
export interface Watch {
  readonly rule: Rule
  readonly seriesId: number
  readonly series: SeriesName
  /** The version of the rule that it is at; undefined: one that is no longer known, or none yet. */
  version: AlertRuleVersion | undefined
  instance: AlertInstance | undefined
  /** Ingest offset of the last point. */
  offset: number
  /** Ingest offset of the last record before whose points the clock went on. */
  tickedFor: number
  /** The last transition that is recorded, and who was told of what until then. */
  alertId: number | null
  told: Told | undefined
  /** It has a row. */
  stored: boolean
  /** It differs from its row. */
  dirty: boolean
}

/** One point of a record, for the rules that are about its series. */
export interface WatchedPoint {
  readonly received: number
  readonly src: number
  readonly at: number
  readonly value: number
}

/** What the same point has made of the instance of another rule over the series, where nothing happened. */
export interface Shared {
  from?: AlertInstance
  to?: AlertInstance
}

/**
 * Takes a point. Before the first of a record the clock goes on to where it must have been when that came, so that a
 * replay takes for late what was late. Most rules are OK and stay so: they share their instances, for a series may have
 * very many of them.
 */
export function takePoint(
  memory: Memory,
  watch: Watch,
  point: WatchedPoint,
  { graceMs, shared }: { graceMs: number; shared: Shared },
): void {
  const { received, src, at, value } = point
  if (watch.tickedFor !== src) {
    watch.tickedFor = src
    tickWatch(memory, watch, { to: received - graceMs, changesTo: received, graceMs })
  }
  const { version, offset, instance } = watch
  if (!version || endOf(version, watch.series)) return
  const plain = staysOk(version, instance, value)
  if (plain && shared.to && shared.from === instance) {
    if (shared.to === instance) return
    watch.offset = src
    watch.instance = shared.to
    memory.touch(watch)
    return
  }
  watch.offset = src
  if (!advance(memory, watch, version, { type: 'point', at, value })) watch.offset = offset
  if (plain) Object.assign(shared, { from: instance, to: watch.instance })
}

/** Lets the clock go on to `to`, and changes of the rule that were made up to `changesTo` take effect. */
export function tickWatch(
  memory: Memory,
  watch: Watch,
  { to, changesTo, graceMs }: { to: number; changesTo: number; graceMs: number },
): void {
  const due = versionAt(watch.rule, changesTo)
  if (due) adopt(memory, watch, due, graceMs)
  else if (!watch.instance) watch.version = undefined
  const { version, instance } = watch
  if (version && instance && nextDeadline(version, instance) <= to)
    advance(memory, watch, version, { type: 'tick', to })
}

/**
 * Goes on to a version through all those before it. One that came earlier than where it is changes nothing, unless there
 * is nothing that the change could have been about: no row would remember it.
 */
function adopt(memory: Memory, watch: Watch, due: AlertRuleVersion, graceMs: number): void {
  const { rule, series } = watch
  if (watch.version === due) return
  if (!watch.instance) {
    watch.version = due
    return
  }
  const from = watch.version ? rule.versions.indexOf(watch.version) + 1 : 0
  const to = rule.versions.indexOf(due)
  for (const next of rule.versions.slice(from, to + 1)) {
    const { updatedAt: at } = next
    if (watch.version) advance(memory, watch, watch.version, { type: 'tick', to: at - graceMs })
    const reason = endOf(next, series)
    watch.version = next
    if (watch.instance)
      advance(memory, watch, next, reason ? { type: 'end', at, reason } : { type: 'change', at })
  }
}

/** Why a version is not about a series; undefined: it is. */
function endOf(version: AlertRuleVersion, series: SeriesName): AlertReason | undefined {
  if (version.isDeleted) return 'rule_deleted'
  if (!version.enabled) return 'rule_disabled'
  return isAbout(version, series) ? undefined : 'rule_changed'
}

/** False when nothing has changed. */
function advance(memory: Memory, watch: Watch, version: AlertRuleVersion, event: AlertEvent): boolean {
  const { instance, transitions } = step(version, watch.instance, event)
  if (instance === watch.instance) return false
  watch.instance = instance
  memory.touch(watch)
  const { seriesId, series, offset } = watch
  for (const transition of transitions) {
    const { partition } = memory
    const alert = {
      ...transition,
      rule: version,
      threshold: version.threshold,
      seriesId,
      series,
      partition,
      offset,
    }
    memory.alerts.push({ watch, alert })
  }
  if (instance) memory.due = Math.min(memory.due, nextDeadline(version, instance))
  return true
}
