import { Counter, Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import type { WindowLength } from '@streamgauge/core/rollup.ts'
import type { Taken } from './memory.ts'
import { type StopCode, stops } from './stop.ts'

/** The numbers of rollup in /metrics. */
export interface RollupMetrics {
  taken(taken: Taken): void
  written(windows: number): void
  retried(): void
  partition(partition: number, state: { nextSrc: number; lag: number }): void
  /** No longer ours. */
  forget(): void
  stopped(partition: number, code: StopCode | null): void
}

export function createMetrics(registry: Registry, held: () => number): RollupMetrics {
  const registers = [registry]
  const points = new Counter({
    name: 'streamgauge_rollup_points_total',
    help: 'Points taken into windows',
    registers,
  })
  const expired = new Counter({
    name: 'streamgauge_rollup_expired_total',
    help: 'Points left out because their window is older than windows of this length are kept',
    labelNames: ['length'],
    registers,
  })
  const windows = new Counter({
    name: 'streamgauge_rollup_windows_written_total',
    help: 'Windows written',
    registers,
  })
  const retries = new Counter({
    name: 'streamgauge_rollup_retries_total',
    help: 'Writes given up, whose records were read again, after a fault of the log or the store',
    registers,
  })
  const labelNames = ['partition'] as const
  const next = new Gauge({
    name: 'streamgauge_rollup_next_offset',
    help: 'Points of every ingest offset below are in the windows',
    labelNames,
    registers,
  })
  const lag = new Gauge({
    name: 'streamgauge_rollup_lag_records',
    help: 'Records of metrics.persisted that are not in the windows yet',
    labelNames,
    registers,
  })
  const stopped = new Gauge({
    name: 'streamgauge_rollup_stuck_partitions',
    help: 'Partitions that wait for streamgauge doctor, by reason',
    labelNames: ['partition', 'reason'],
    registers,
  })
  new Gauge({
    name: 'streamgauge_rollup_windows_held',
    help: 'Windows and series in memory',
    registers,
    collect() {
      this.set(held())
    },
  })
  return {
    taken(taken) {
      points.inc(taken.points)
      for (const length of Object.keys(taken.expired) as WindowLength[])
        if (taken.expired[length] > 0) expired.inc({ length }, taken.expired[length])
    },
    written: (count) => windows.inc(count),
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
