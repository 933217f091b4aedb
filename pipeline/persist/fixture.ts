import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import type { LiveEntry } from './run.ts'

const cpu: SeriesName = ['cpu', null, {}]

/** A batch of one series with one point at `received`, unless said otherwise. */
export function batchOf(more: Partial<Batch> = {}): Batch {
  const received = more.received ?? 1_790_000_000_000
  return { v: 1, tenant: 'acme', received, series: [cpu], s: [0], t: [received], x: [1], ...more }
}

/** The record that a batch travels in; a string is taken as the bytes. */
export function recordOf(value: Batch | string, offset = 0): LogRecord {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return {
    partition: 0,
    offset,
    key: 'acme',
    value: Buffer.from(text),
    headers: {},
    timestamp: 1_790_000_000_000,
  }
}

export function entryOf(batch: Batch, offset = 0): LiveEntry {
  return { record: recordOf(batch, offset), batch, tenantId: 1, dead: null }
}
