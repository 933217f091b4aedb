import { isUtf8 } from 'node:buffer'
import { hash, randomUUID } from 'node:crypto'
import type { ErrorCode } from '@streamgauge/core/errors.ts'
import { type MqttPoints, readPayload } from '@streamgauge/core/mqtt-payload.ts'
import { readMetricTopic } from '@streamgauge/core/mqtt-topic.ts'
import type { Letter } from './letter.ts'

/** A message below `metrics/` that waits to be taken. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
}

/** What becomes one record of the log: a batch, or the single messages of one tenant that waited together. */
export interface Unit {
  readonly tenant: string
  /** Points as HTTP would take them. */
  readonly items: unknown[]
  /** Where each item came from: one entry for each, or a single one for all. */
  readonly sources: Source[]
  /** Sending it to the log again, by the bridge itself or after a delivery again, counts once. */
  readonly recordId: string
}

export interface Source {
  readonly message: Message
  readonly points: MqttPoints
}

const idLength = 22

/** 128 bits of SHA-256: what stands for a text in ids. */
export function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, idLength)
}

/**
 * Sorts messages that wait at the same moment into units, and out what can't be read. Within a unit, and among the
 * batches of a tenant, the order is that of the messages.
 */
export function sortMessages(messages: readonly Message[]): { units: Unit[]; letters: Letter[] } {
  const units: Unit[] = []
  const letters: Letter[] = []
  const singles = new Map<string, Unit>()
  for (const message of messages) {
    const named = readMetricTopic(message.topic)
    if (!named.ok) {
      letters.push(letterOf(message, null, 'TOPIC_INVALID', named.detail))
      continue
    }
    const { topic } = named
    const points = isUtf8(message.payload)
      ? readPayload(topic, message.payload.toString())
      : ({ ok: false, code: 'JSON_INVALID', detail: 'The payload is not UTF-8.' } as const)
    if (!points.ok) {
      letters.push(letterOf(message, topic.tenant, points.code, points.detail))
      continue
    }
    const { items, identity, isBatch } = points
    const source = { message, points }
    if (isBatch) {
      const recordId = identity === undefined ? randomUUID() : shortHash(identity)
      units.push({ tenant: topic.tenant, items: [...items], sources: [source], recordId })
      continue
    }
    let unit = singles.get(topic.tenant)
    if (unit === undefined) {
      unit = { tenant: topic.tenant, items: [], sources: [], recordId: randomUUID() }
      singles.set(topic.tenant, unit)
      units.push(unit)
    }
    const [item] = items
    unit.items.push(identity === undefined ? item : { ...(item as object), dedupe_id: shortHash(identity) })
    unit.sources.push(source)
  }
  return { units, letters }
}

function letterOf(
  { topic, payload }: Message,
  tenant: string | null,
  code: ErrorCode,
  detail: string,
): Letter {
  return { id: randomUUID(), tenant, topic, payload, code, detail }
}
