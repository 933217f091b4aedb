import { Counter, Histogram, type Registry } from '@streamgauge/adapters/metrics.ts'

/** The numbers of notify in /metrics. */
export interface NotifyMetrics {
  tried(type: string, outcome: string, seconds: number): void
  muted(type: string): void
  gaveUp(type: string): void
}

export function createMetrics(registry: Registry): NotifyMetrics {
  const registers = [registry]
  const tries = new Histogram({
    name: 'streamgauge_notify_try_seconds',
    help: 'Tries to tell a channel something, by what came of them',
    labelNames: ['type', 'outcome'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  })
  const muted = new Counter({
    name: 'streamgauge_notify_muted_total',
    help: 'Messages not sent because the agent they are about was offline',
    labelNames: ['type'],
    registers,
  })
  const gaveUp = new Counter({
    name: 'streamgauge_notify_given_up_total',
    help: 'Messages that nobody got: after the last try, or because their channel is disabled or gone',
    labelNames: ['type'],
    registers,
  })
  return {
    tried: (type, outcome, seconds) => tries.observe({ type, outcome }, seconds),
    muted: (type) => muted.inc({ type }),
    gaveUp: (type) => gaveUp.inc({ type }),
  }
}
