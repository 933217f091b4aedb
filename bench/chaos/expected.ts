import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { type AlertCondition, type AlertEvent, type AlertInstance, step } from '@streamgauge/core/alert.ts'
import { type AlertScope, isAbout } from '@streamgauge/core/alert-match.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

/** A rule that was in force all the time. */
export interface Rule extends AlertCondition, AlertScope {
  readonly id: number
  readonly tenant: string
}

/** What tells one transition from another. */
export type Change = Pick<
  Transition,
  'rule_id' | 'series' | 'from' | 'to' | 'reason' | 'value' | 'at' | 'position'
>

/** A rule over one series. */
interface Watch {
  readonly rule: Rule
  readonly series: SeriesName
  instance: AlertInstance | undefined
  /** Ingest offset of the last record that changed it. */
  offset: number
}

/**
 * The transitions that the points give, those of a rule and a series in their order: the engine over each point once,
 * as it was published first, in the order of the log. Nothing of the pipeline is used, and nothing of when anything was
 * handled: before a record the clock is taken to be where it was when that was received, in the end at `stoppedAt`
 * (epoch ms). That is exact for rules that don't care when exactly the clock decides (`rulesOver` in pulse.ts).
 */
export function expectedChanges(
  rules: readonly Rule[],
  persisted: readonly LogRecord[],
  stoppedAt: number,
): Change[] {
  const changes: Change[] = []
  const byTenant = Map.groupBy(rules, ({ tenant }) => tenant)
  const watches = new Map<string, Watch[]>()
  const published = new Set<string>()

  function advance(watch: Watch, partition: number, event: AlertEvent, offset = watch.offset): void {
    const { rule, series } = watch
    const { instance, transitions } = step(rule, watch.instance, event)
    if (instance !== watch.instance) watch.offset = offset
    watch.instance = instance
    const position = formatPosition({ partition, offset })
    for (const transition of transitions) changes.push({ ...transition, rule_id: rule.id, series, position })
  }

  for (const { partition, headers, value } of persisted) {
    const src = Number(headers[srcHeader])
    const place = `${partition}:${src}`
    if (published.has(place)) continue
    published.add(place)
    const { tenant, received, series, s, t, x }: Batch = JSON.parse(value.toString())
    const own = byTenant.get(tenant) ?? []
    const watched = series.map((name) => {
      const key = `${partition} ${tenant} ${seriesIdentity(name)}`
      const known = watches.get(key)
      const some = known ?? own.filter((rule) => isAbout(rule, name)).map((rule) => watchOf(rule, name))
      watches.set(key, some)
      return some
    })
    for (const i of new Set(s)) {
      for (const watch of watched[i]) advance(watch, partition, { type: 'tick', to: received })
    }
    for (const [i, at] of t.entries()) {
      for (const watch of watched[s[i]]) advance(watch, partition, { type: 'point', at, value: x[i] }, src)
    }
  }
  for (const [key, some] of watches) {
    const partition = Number(key.split(' ')[0])
    for (const watch of some) advance(watch, partition, { type: 'tick', to: stoppedAt })
  }
  return changes
}

function watchOf(rule: Rule, series: SeriesName): Watch {
  return { rule, series, instance: undefined, offset: 0 }
}
