import type { AppendRecord } from '@streamgauge/adapters/kafka/types.ts'
import { type Batch, emptyBatch, filterPoints } from '@streamgauge/core/batch.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { type Entry, isLive, type Kept } from './run.ts'

const openBrace = 0x7b
const opening = Buffer.from('{')

/**
 * The record of `metrics.persisted` that stands for an ingest record: what was kept of it, with series ids. It
 * depends on nothing but the ingest record and what the tables say of it, so publishing again gives the same bytes.
 */
export function publishedRecord(entry: Entry, sid: readonly number[], kept: Kept): AppendRecord {
  const { partition, offset, key } = entry.record
  return { key, partition, headers: { [srcHeader]: String(offset) }, value: bytesOf(entry, sid, kept) }
}

function bytesOf(entry: Entry, sid: readonly number[], kept: Kept): Buffer {
  if (!isLive(entry)) return json(emptyBatch(entry.record.key ?? '', entry.record.timestamp))
  const { batch, record } = entry
  if (kept === 'none') return json(emptyBatch(batch.tenant, batch.received))
  if (kept === 'all') return spliced(record.value, batch, sid)
  return json(filterPoints({ ...batch, sid: [...sid] }, (index) => kept[index] === 1))
}

/** Puts the ids into the bytes as they came: writing a batch costs more than all the rest of publishing it. */
function spliced(value: Buffer, batch: Batch, sid: readonly number[]): Buffer {
  if (value[0] !== openBrace || batch.sid !== undefined) return json({ ...batch, sid: [...sid] })
  return Buffer.concat([opening, Buffer.from(`"sid":[${sid.join(',')}],`), value.subarray(1)])
}

function json(batch: Batch): Buffer {
  return Buffer.from(JSON.stringify(batch))
}
