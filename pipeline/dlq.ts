import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { topics } from '@streamgauge/core/topics.ts'

const idPrefix = 'dlq:'

/** A record that could not be persisted: the bytes as they came, and why. */
export interface Letter {
  /** `dlq:partition:offset` of the ingest record. */
  readonly id: string
  readonly partition: number
  readonly offset: number
  readonly reason: string
  /** Epoch ms. */
  readonly at: number
  /** The key of the record, which is its tenant. */
  readonly tenant: string | null
  readonly value: Buffer
}

/** The dead letters, oldest first, each ingest record once. */
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
    const batch = objectIn(letter.value)
    if (typeof batch?.tenant !== 'string') {
      replayed.push({ letter, refusal: 'it is not a batch of a tenant' })
      continue
    }
    // One that died again keeps its first id: both letters are the same data.
    const id = typeof batch.id === 'string' && batch.id.startsWith(idPrefix) ? batch.id : letter.id
    const value = JSON.stringify({ ...batch, id, received: now })
    await log.append(topics.ingest, [{ key: batch.tenant, value }])
    replayed.push({ letter, refusal: null })
  }
  return replayed
}

function toLetter({ headers, key, value, timestamp }: LogRecord): Letter | undefined {
  const { [letterHeaders.partition]: partition, [letterHeaders.offset]: offset } = headers
  if (partition === undefined || offset === undefined) return undefined
  return {
    id: `${idPrefix}${partition}:${offset}`,
    partition: Number(partition),
    offset: Number(offset),
    reason: headers[letterHeaders.reason] ?? '',
    at: timestamp,
    tenant: key,
    value,
  }
}

function objectIn(value: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value.toString())
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
