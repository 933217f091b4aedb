import type { Batch } from '@streamgauge/core/batch.ts'
import { Entry } from './entry.ts'

/** A record of one point of `metric` for tests; `value` defaults to `src`, so that readers can tell records apart. */
export function batchOf(tenant: string, src: number, metric = 'cpu', agent: string | null = 'web-1'): Batch {
  return {
    v: 1,
    tenant,
    received: 1_000 + src,
    series: [[metric, agent, {}]],
    sid: [metric.length],
    s: [0],
    t: [src],
    x: [src],
  }
}

export function entryOf(batch: Batch, src: number, partition = 3): Entry {
  const json = Buffer.from(JSON.stringify(batch))
  return new Entry({ partition, offset: src }, batch.received, json, batch)
}
