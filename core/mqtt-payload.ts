import { type ErrorCode, errors } from './errors.ts'
import { scanJson } from './json-scan.ts'
import { limits } from './limits.ts'
import { batchLevel, type MetricTopic } from './mqtt-topic.ts'

/** Where a message stands among those of its agent: it counts once, however often it is delivered. */
export interface Sequence {
  /** Grows with each start of the agent; null when the sender knows none. */
  readonly epoch: number | null
  /** 0, 1, 2 … within the epoch. */
  readonly seq: number
}

/** A message in the form of the points that `POST /api/v1/metrics` takes; `readPoints` has yet to check them. */
export interface MqttPoints {
  readonly ok: true
  readonly isBatch: boolean
  readonly items: readonly unknown[]
  readonly sequence: Sequence | undefined
  /** The same for each delivery of the message, and for it alone; undefined when it carries no sequence. */
  readonly identity: string | undefined
}

export type PayloadReading =
  | MqttPoints
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string }

const isSafeCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
/** Message, list of points, point, tags. */
const shape = { depth: 4, brackets: 2 * limits.pointsPerRequest + 2 }
const batchFields = ['epoch', 'seq', 'points', 'agent_id']

/**
 * Reads the payload of a message: `{value, timestamp?, tags?, agent_id?, epoch?, seq?}`, a bare number, or for a
 * batch `{epoch?, seq?, points: [{metric_name, value, timestamp?, tags?}]}`. The agent is always the topic's.
 */
export function readPayload(topic: MetricTopic, text: string): PayloadReading {
  // Before JSON.parse, which would drop a key named twice without a word and build any depth.
  const fault = scanJson(text, shape)
  if (fault) return bad(fault.code, fault.detail)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return bad('JSON_INVALID', error instanceof Error ? error.message : undefined)
  }
  if (topic.metric === batchLevel) return readBatch(topic, value)
  if (typeof value === 'number') return readPoint(topic, { value })
  if (!isObject(value)) return bad('POINT_INVALID', 'The payload is neither an object nor a number.')
  return readPoint(topic, value)
}

function readPoint(topic: MetricTopic, payload: Readonly<Record<string, unknown>>): PayloadReading {
  const { epoch, seq, agent_id, metric_name, ...rest } = payload
  const mismatch = mismatchOf(topic, payload) ?? sequenceFault(epoch, seq)
  if (mismatch) return mismatch
  const item = { ...rest, metric_name: topic.metric, agent_id: topic.agent }
  if (!isSafeCount(seq)) return points([item])
  const sequence = { epoch: isSafeCount(epoch) ? epoch : null, seq }
  // A device without an epoch counts from 0 again after a restart: the timestamp then tells its messages apart.
  const { timestamp = '' } = rest
  const identity = ['mqtt', topic.tenant, topic.agent, topic.metric, epoch ?? '', seq, timestamp].join('\0')
  return { ok: true, isBatch: false, items: [item], sequence, identity }
}

function readBatch(topic: MetricTopic, payload: unknown): PayloadReading {
  if (!isObject(payload)) return bad('POINT_INVALID', 'A batch is an object with a list of points.')
  const { epoch, seq, points: list } = payload
  const unknown = Object.keys(payload).find((field) => !batchFields.includes(field))
  if (unknown !== undefined) return bad('FIELD_UNKNOWN', 'A batch has the fields epoch, seq and points.')
  if (!Array.isArray(list)) return bad('FIELD_MISSING', 'A batch needs points, a list.')
  if (list.length === 0) return bad('EMPTY')
  if (list.length > limits.pointsPerRequest) {
    return bad('TOO_MANY_POINTS', `There are ${list.length} points, at most ${limits.pointsPerRequest} fit.`)
  }
  const mismatch = mismatchOf(topic, payload) ?? sequenceFault(epoch, seq)
  if (mismatch) return mismatch
  const items: unknown[] = []
  for (const item of list) {
    const other = isObject(item) ? agentMismatch(topic, item) : undefined
    if (other) return other
    items.push(isObject(item) ? { ...item, agent_id: topic.agent } : item)
  }
  // Without an epoch the same number comes again after a restart, and a batch has no timestamp to tell them apart.
  if (!isSafeCount(epoch) || !isSafeCount(seq)) return { ...points(items), isBatch: true }
  const identity = ['mqtt', topic.tenant, topic.agent, epoch, seq].join('\0')
  return { ok: true, isBatch: true, items, sequence: { epoch, seq }, identity }
}

function points(items: readonly unknown[]): MqttPoints {
  return { ok: true, isBatch: false, items, sequence: undefined, identity: undefined }
}

function mismatchOf(
  topic: MetricTopic,
  payload: Readonly<Record<string, unknown>>,
): PayloadReading | undefined {
  const { metric_name } = payload
  if (metric_name !== undefined && metric_name !== topic.metric) {
    return bad('TOPIC_MISMATCH', `metric_name is not ${JSON.stringify(topic.metric)}, as the topic says.`)
  }
  return agentMismatch(topic, payload)
}

function agentMismatch(
  topic: MetricTopic,
  { agent_id }: Readonly<Record<string, unknown>>,
): PayloadReading | undefined {
  if (agent_id === undefined || agent_id === topic.agent) return undefined
  return bad('TOPIC_MISMATCH', `agent_id is not ${JSON.stringify(topic.agent)}, as the topic says.`)
}

function sequenceFault(epoch: unknown, seq: unknown): PayloadReading | undefined {
  const isGood = (value: unknown) => value === undefined || isSafeCount(value)
  return isGood(epoch) && isGood(seq) ? undefined : bad('SEQUENCE_INVALID')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(code: ErrorCode, detail?: string): PayloadReading {
  return { ok: false, code, detail: detail ?? errors[code].remedy }
}
