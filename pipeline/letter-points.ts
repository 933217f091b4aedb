import type { Batch } from '@streamgauge/core/batch.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { readPayload } from '@streamgauge/core/mqtt-payload.ts'
import { readMetricTopic } from '@streamgauge/core/mqtt-topic.ts'
import { readPoints } from '@streamgauge/core/point.ts'
import { createSeriesCache } from '@streamgauge/core/series-cache.ts'
import type { Letter } from './dlq.ts'

/** The batch of a letter that can be sent, or why there is none. */
export type LetterPoints = { readonly batch: Batch & { id: string } } | { readonly refusal: string }

/**
 * Reads the message of an agent again, as if it came now: what was too far ahead may be in time, a tenant may exist, a
 * limit may be higher. Points without a time get that of the letter. A message is sent whole or not at all.
 */
export function pointsOfMessage(letter: Letter, topic: string, now: number): LetterPoints {
  if (letter.isPartly) return { refusal: 'its other points were taken: publish those at fault by themselves' }
  const named = readMetricTopic(topic)
  if (!named.ok) return { refusal: `of its topic, ${named.detail}` }
  const { tenant } = named.topic
  const payload = readPayload(named.topic, letter.value.toString())
  if (!payload.ok) return { refusal: `${payload.code}: ${payload.detail}` }
  const items = payload.items.map((item) =>
    typeof item === 'object' && item !== null && !('timestamp' in item)
      ? { ...item, timestamp: letter.at }
      : item,
  )
  const cache = createSeriesCache(limits.pointsPerRequest)
  const { batch, errors } = readPoints(items, { tenant, received: now, cache })
  if (errors.length > 0) return { refusal: `${errors[0].code}: ${errors[0].detail}` }
  return { batch: { ...batch, id: letter.id } }
}
