import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { type LetterPoints, pointsOfMessage } from './letter-points.ts'

const idPrefix = 'dlq:'

/** Data that could not be taken: the bytes as they came, and why. */
export interface Letter {
  /** `dlq:partition:offset` of the ingest record, `dlq:mqtt:…` for a message of an agent. */
  readonly id: string
  /** Of the message, null for an ingest record. */
  readonly topic: string | null
  readonly reason: string
  /** Epoch ms. */
  readonly at: number
  /** The key of the record, which is its tenant. */
  readonly tenant: string | null
  readonly value: Buffer
}

/** The dead letters, oldest first, each ingest record and each message once. */
export async function listLetters(log: Log): Promise<Letter[]> {
  const letters = new Map<string, Letter>()
  for (const record of await readToEnd(log, topics.deadLetters)) {
    const letter = toLetter(record)
    if (letter && !letters.has(letter.id)) letters.set(letter.id, letter)
  }
  return [...letters.values()]
}

export interface Replayed {
  readonly letter: Letter
  /** Why it can't be sent again as it is; null when it was sent. */
  readonly refusal: string | null
}

/**
 * Sends dead letters to `metrics.ingest` again: all of them, or those whose ids are given. Their record id is the
 * letter's, so sending one twice stores it once. `now` (epoch ms) becomes their `received`: they are accepted now.
 */
export async function replayLetters(
  log: Log,
  ids: readonly string[] | 'all',
  now: number,
): Promise<Replayed[]> {
  const letters = (await listLetters(log)).filter(({ id }) => ids === 'all' || ids.includes(id))
  const replayed: Replayed[] = []
  for (const letter of letters) {
    const points =
      letter.topic === null ? pointsOfRecord(letter, now) : pointsOfMessage(letter, letter.topic, now)
    if ('refusal' in points) {
      replayed.push({ letter, refusal: points.refusal })
      continue
    }
    const { batch } = points
    await log.append(topics.ingest, [{ key: batch.tenant, value: JSON.stringify(batch) }])
    replayed.push({ letter, refusal: null })
  }
  return replayed
}

function pointsOfRecord(letter: Letter, now: number): LetterPoints {
  const batch = objectIn(letter.value) as Partial<Batch> | undefined
  if (typeof batch?.tenant !== 'string') return { refusal: 'it is not a batch of a tenant' }
  // One that died again keeps its first id: both letters are the same data.
  const id = typeof batch.id === 'string' && batch.id.startsWith(idPrefix) ? batch.id : letter.id
  return { batch: { ...(batch as Batch), id, received: now } }
}

function toLetter({ headers, key, value, timestamp }: LogRecord): Letter | undefined {
  const { partition, offset, topic, id, reason } = letterHeaders
  const common = { reason: headers[reason] ?? '', at: timestamp, tenant: key, value }
  if (headers[id] !== undefined && headers[topic] !== undefined) {
    return { ...common, id: `${idPrefix}mqtt:${headers[id]}`, topic: headers[topic] }
  }
  if (headers[partition] === undefined || headers[offset] === undefined) return undefined
  return { ...common, id: `${idPrefix}${headers[partition]}:${headers[offset]}`, topic: null }
}

function objectIn(value: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value.toString())
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
