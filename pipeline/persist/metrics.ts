import { Counter, Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import { type StopCode, stops } from './stop.ts'

/** The numbers of persist in /metrics. */
export interface PersistMetrics {
  points(kept: number, duplicates: number): void
  dead(records: number): void
  retried(): void
  partition(partition: number, state: { published: number; lag: number }): void
  /** No longer ours. */
  forget(): void
  stopped(partition: number, code: StopCode | null): void
}

export function createMetrics(registry: Registry): PersistMetrics {
  const registers = [registry]
  const points = new Counter({
    name: 'streamgauge_persist_points_total',
    help: 'Points kept',
    registers,
  })
  const duplicates = new Counter({
    name: 'streamgauge_persist_duplicates_total',
    help: 'Points left out because their id had arrived before',
    registers,
  })
  const dead = new Counter({
    name: 'streamgauge_persist_dead_total',
    help: 'Records that could not be persisted and went to the dead letters',
    registers,
  })
  const retries = new Counter({
    name: 'streamgauge_persist_retries_total',
    help: 'Runs given up and read again after a fault of the log or the store',
    registers,
  })
  const labelNames = ['partition'] as const
  const published = new Gauge({
    name: 'streamgauge_persist_published_offset',
    help: 'Every ingest offset below is in metrics.persisted',
    labelNames,
    registers,
  })
  const lag = new Gauge({
    name: 'streamgauge_persist_lag_records',
    help: 'Ingest records that are not persisted yet',
    labelNames,
    registers,
  })
  const stopped = new Gauge({
    name: 'streamgauge_persist_stuck_partitions',
    help: 'Partitions that wait for streamgauge doctor, by reason',
    labelNames: ['partition', 'reason'],
    registers,
  })
  return {
    points(kept, doubled) {
      points.inc(kept)
      duplicates.inc(doubled)
    },
    dead: (records) => dead.inc(records),
    retried: () => retries.inc(),
    partition(partition, state) {
      published.set({ partition }, state.published)
      lag.set({ partition }, state.lag)
    },
    forget() {
      published.reset()
      lag.reset()
    },
    stopped(partition, code) {
      for (const reason of Object.keys(stops)) stopped.remove({ partition, reason })
      if (code) stopped.set({ partition, reason: code }, 1)
    },
  }
}
