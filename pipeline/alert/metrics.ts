import { Counter, Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import { type StopCode, stops } from '../rollup/stop.ts'

/** The numbers of alerts in /metrics. */
export interface AlertMetrics {
  taken(points: number): void
  recorded(states: readonly string[]): void
  retried(): void
  partition(partition: number, state: { nextSrc: number; lag: number }): void
  /** No longer ours. */
  forget(): void
  stopped(partition: number, code: StopCode | null): void
}

export function createMetrics(registry: Registry, held: () => number): AlertMetrics {
  const registers = [registry]
  const points = new Counter({
    name: 'streamgauge_alert_points_total',
    help: 'Points that were held against a rule',
    registers,
  })
  const transitions = new Counter({
    name: 'streamgauge_alert_transitions_total',
    help: 'Changes of state, by the state they lead to',
    labelNames: ['to'],
    registers,
  })
  const retries = new Counter({
    name: 'streamgauge_alert_retries_total',
    help: 'Writes given up, whose records were read again, after a fault of the log or the store',
    registers,
  })
  const labelNames = ['partition'] as const
  const next = new Gauge({
    name: 'streamgauge_alert_next_offset',
    help: 'Points of every ingest offset below have been held against the rules',
    labelNames,
    registers,
  })
  const lag = new Gauge({
    name: 'streamgauge_alert_lag_records',
    help: 'Records of metrics.persisted that have not been held against the rules yet',
    labelNames,
    registers,
  })
  const stopped = new Gauge({
    name: 'streamgauge_alert_stuck_partitions',
    help: 'Partitions that wait for streamgauge doctor, by reason',
    labelNames: ['partition', 'reason'],
    registers,
  })
  new Gauge({
    name: 'streamgauge_alert_watches_held',
    help: 'Pairs of a rule and a series in memory',
    registers,
    collect() {
      this.set(held())
    },
  })
  return {
    taken: (count) => points.inc(count),
    recorded(states) {
      for (const to of states) transitions.inc({ to })
    },
    retried: () => retries.inc(),
    partition(partition, state) {
      next.set({ partition }, state.nextSrc)
      lag.set({ partition }, state.lag)
    },
    forget() {
      next.reset()
      lag.reset()
    },
    stopped(partition, code) {
      for (const reason of Object.keys(stops)) stopped.remove({ partition, reason })
      if (code) stopped.set({ partition, reason: code }, 1)
    },
  }
}
