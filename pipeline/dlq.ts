import { hash } from 'node:crypto'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { findReplay, saveReplay } from '@streamgauge/adapters/mariadb/replays.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { type LetterPoints, pointsOfMessage } from './letter-points.ts'

const idPrefix = 'dlq:'
const hourMs = 3_600_000
/** Hexadecimal digits of the hash of a record in the id that it is sent under: another log may have its place. */
const fingerprintDigits = 32

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
  /** Of the letter in its topic. */
  readonly offset: number
  /** Some points of the message were taken: sent again, they would count twice. */
  readonly isPartly: boolean
}

/**
 * The dead letters, oldest first, each ingest record and each message once. Where a record has the place of another
 * one, the topic was made anew: the one that lies there now counts.
 */
export async function listLetters(log: Log): Promise<Letter[]> {
  const letters = new Map<string, Letter>()
  for (const record of await readToEnd(log, topics.deadLetters)) {
    const letter = toLetter(record)
    const known = letter && letters.get(letter.id)
    if (!letter || (known && (letter.topic !== null || known.value.equals(letter.value)))) continue
    letters.delete(letter.id) // a new one has its place behind the others
    letters.set(letter.id, letter)
  }
  return [...letters.values()]
}

export interface Replayed {
  readonly letter: Letter
  /** Why it can't be sent again as it is; null when it was sent. */
  readonly refusal: string | null
}

export interface Replays {
  readonly replayed: readonly Replayed[]
  /** Letters that were sent before; whose ids are given are sent again while their ids are remembered. */
  readonly skipped: number
}

/**
 * Sends dead letters to `metrics.ingest` again: all that were not sent yet, or those whose ids are given. Their record
 * id is the letter's, so sending one twice stores it once while persist remembers that id; after that it is refused.
 * `now` (epoch ms) becomes their `received`: they are accepted now.
 */
export async function replayLetters(
  log: Log,
  db: Queryable,
  ids: readonly string[] | 'all',
  now: number,
): Promise<Replays> {
  const letters = await listLetters(log)
  const lettersBelow = (letters.at(-1)?.offset ?? -1) + 1
  const replayed: Replayed[] = []
  let skipped = 0
  for (const letter of letters) {
    if (ids !== 'all' && !ids.includes(letter.id)) continue
    const points =
      letter.topic === null ? pointsOfRecord(letter, now) : pointsOfMessage(letter, letter.topic, now)
    if ('refusal' in points) {
      replayed.push({ letter, refusal: points.refusal })
      continue
    }
    const { batch } = points
    const before = await sentBefore(db, batch.id, letter)
    if (before !== undefined && ids === 'all') {
      skipped++
      continue
    }
    if (before !== undefined && now - before >= limits.dedupeMs) {
      replayed.push({ letter, refusal: forgotten(before) })
      continue
    }
    await log.append(topics.ingest, [{ key: batch.tenant, value: JSON.stringify(batch) }])
    if (before === undefined) await saveReplay(db, batch.id, { sentAt: now, lettersBelow })
    replayed.push({ letter, refusal: null })
  }
  return { replayed, skipped }
}

/** When the data of a letter was sent again, epoch ms; undefined when it wasn't, or has died again since. */
async function sentBefore(db: Queryable, id: string, { offset }: Letter): Promise<number | undefined> {
  const known = await findReplay(db, id)
  return known && offset < known.lettersBelow ? known.sentAt : undefined
}

function forgotten(sentAt: number): string {
  const hours = limits.dedupeMs / hourMs
  return `it was sent at ${new Date(sentAt).toISOString()}, and ids are remembered for ${hours} h: it could count twice`
}

function pointsOfRecord(letter: Letter, now: number): LetterPoints {
  const batch = objectIn(letter.value) as Partial<Batch> | undefined
  if (typeof batch?.tenant !== 'string') return { refusal: 'it is not a batch of a tenant' }
  // One that died again keeps its first id: both letters are the same data.
  const known = typeof batch.id === 'string' && batch.id.startsWith(idPrefix) ? batch.id : undefined
  const id = known ?? `${letter.id}:${hash('sha256', letter.value).slice(0, fingerprintDigits)}`
  return { batch: { ...(batch as Batch), id, received: now } }
}

function toLetter({ headers, key, value, timestamp, offset: at }: LogRecord): Letter | undefined {
  const { partition, offset, topic, id, reason, partly } = letterHeaders
  const isPartly = headers[partly] !== undefined
  const common = { reason: headers[reason] ?? '', at: timestamp, tenant: key, value, offset: at, isPartly }
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
