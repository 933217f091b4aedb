import { hash } from 'node:crypto'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'

const idBytes = 16

/** A dedupe id as stored. Ids are hashed with their kind: a point's id never meets a record's. */
export function dedupeHash(kind: 'point' | 'record', id: string): Buffer {
  return hash('sha256', `${kind}\0${id}`, 'buffer').subarray(0, idBytes)
}

/** What tells one log from another at the same offset: a topic made anew never has the same. */
export function fingerprintOf(record: LogRecord): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${record.timestamp}\n`), record.value]), 'buffer')
}
