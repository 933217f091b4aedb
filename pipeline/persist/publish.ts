import type { AppendRecord, Log } from '@streamgauge/adapters/kafka/types.ts'
import { topics } from '@streamgauge/core/topics.ts'

/** Below the 1 MiB that a broker takes at once by default, with room for Kafka's own framing. */
const maxRequestBytes = 960 * 1024
const overheadBytes = 200

/**
 * Appends records of one partition in their order, one request in flight. When it throws, nobody knows how many of
 * them have arrived, but none without all those before it.
 */
export async function publish(log: Log, records: readonly AppendRecord[]): Promise<void> {
  for (const chunk of chunks(records)) await log.append(topics.persisted, chunk)
}

export function chunks(records: readonly AppendRecord[], maxBytes = maxRequestBytes): AppendRecord[][] {
  const out: AppendRecord[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    const size = Buffer.byteLength(record.value) + overheadBytes
    if (bytes + size > maxBytes) {
      out.push([])
      bytes = 0
    }
    out[out.length - 1].push(record)
    bytes += size
  }
  return out
}
