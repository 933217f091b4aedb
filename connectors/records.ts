import { createHash } from 'node:crypto'
import type { AppendRecord } from '@streamgauge/adapters/kafka/types.ts'
import { type Batch, filterPoints } from '@streamgauge/core/batch.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { writeBatch } from './batch-bytes.ts'

/** Below the broker's limit of 1 MiB for what comes in one request. */
const bytesPerAppend = 900 * 1024
/** What a record takes beside its key, its value and its headers, at most. */
const frameBytes = 32

/** Writes a batch as log records, each within the limits of a record. */
export function encodeRecords(batch: Batch, idOf: ((chunk: number) => string) | undefined): AppendRecord[] {
  return split(batch, 0, idOf).map((value) => ({ key: batch.tenant, value }))
}

function split(batch: Batch, chunk: number, idOf: ((chunk: number) => string) | undefined): Buffer[] {
  const whole = idOf ? { ...batch, id: idOf(chunk) } : batch
  const points = batch.s.length
  if (points <= limits.pointsPerRecord) {
    const value = writeBatch(whole)
    if (value.length <= limits.recordBytes || points === 1) return [value]
  }
  const half = points >> 1
  const first = split(
    filterPoints(batch, (index) => index < half),
    chunk,
    idOf,
  )
  return [
    ...first,
    ...split(
      filterPoints(batch, (index) => index >= half),
      chunk + first.length,
      idOf,
    ),
  ]
}

/**
 * Ids of the records of one request with an Idempotency-Key. The body is part of them: the same key with other
 * points is another request, never a lost one.
 */
export function recordIds(key: string, body: Buffer): (chunk: number) => string {
  const request = createHash('sha256').update(key).update('\0').update(body).digest()
  return (chunk) => createHash('sha256').update(request).update(String(chunk)).digest('base64url')
}

/** Cuts records into groups that fit into one append each. */
export function* appendGroups(records: readonly AppendRecord[]): Generator<readonly AppendRecord[]> {
  let from = 0
  let bytes = 0
  for (let i = 0; i < records.length; i++) {
    const size = bytesOf(records[i])
    if (i > from && bytes + size > bytesPerAppend) {
      yield records.slice(from, i)
      from = i
      bytes = 0
    }
    bytes += size
  }
  yield records.slice(from)
}

function bytesOf({ key, value, headers = {} }: AppendRecord): number {
  const texts = [key ?? '', ...Object.entries(headers).flat()]
  const sizes = texts.map((text) => Buffer.byteLength(text))
  return sizes.reduce((sum, size) => sum + size, frameBytes + Buffer.byteLength(value))
}
