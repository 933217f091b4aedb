import { type ErrorCode, errors, type ItemError } from './errors.ts'
import { limits } from './limits.ts'
import { isAgentId, isCleanText } from './names.ts'
import { tagsFault } from './series-cache.ts'
import { parseTimestamp } from './timestamp.ts'

const knownFields = ['metric_name', 'value', 'timestamp', 'tags', 'agent_id', 'dedupe_id']

const tenYearsMs = 3_650 * 86_400_000

/**
 * Everything that is wrong with one item of a request: never empty for an item that `readPoints` refuses with the same
 * `pastMs`.
 */
export function pointFaults(
  item: unknown,
  index: number,
  received: number,
  pastMs: number = limits.pastMs,
): ItemError[] {
  const found: ItemError[] = []
  const add = (field: string | null, code: ErrorCode, detail?: string): void => {
    found.push({ index, field, code, detail: detail ?? errors[code].remedy })
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    add(null, 'POINT_INVALID', `This is ${kindOf(item)}; a point is an object.`)
    return found
  }
  const { metric_name, value, timestamp, tags, agent_id, dedupe_id } = item as Record<string, unknown>
  for (const field of Object.keys(item)) {
    if (!knownFields.includes(field)) add(printable(field), 'FIELD_UNKNOWN')
  }
  if (metric_name === undefined) add('metric_name', 'FIELD_MISSING')
  else if (!isText(metric_name, limits.metricNameLength)) add('metric_name', 'METRIC_NAME_INVALID')
  if (value === undefined) add('value', 'FIELD_MISSING')
  else if (typeof value !== 'number')
    add('value', 'VALUE_INVALID', `The value is ${kindOf(value)}; send a JSON number.`)
  else if (!Number.isFinite(value)) add('value', 'VALUE_OUT_OF_RANGE')
  if (timestamp !== undefined)
    timestampFault(timestamp, received, pastMs, (code, detail) => add('timestamp', code, detail))
  if (tags !== undefined) {
    const isObject = typeof tags === 'object' && tags !== null && !Array.isArray(tags)
    const fault = isObject ? tagsFault(tags as Record<string, unknown>) : `it is ${kindOf(tags)}`
    if (fault !== undefined) add('tags', 'TAGS_INVALID', `Tags are a flat object of strings: ${fault}.`)
  }
  if (agent_id !== undefined && !(typeof agent_id === 'string' && isAgentId(agent_id))) {
    add('agent_id', 'AGENT_ID_INVALID')
  }
  if (dedupe_id !== undefined && !isText(dedupe_id, limits.dedupeIdLength))
    add('dedupe_id', 'DEDUPE_ID_INVALID')
  return found
}

function timestampFault(
  timestamp: unknown,
  received: number,
  pastMs: number,
  add: (code: ErrorCode, detail?: string) => void,
): void {
  if (typeof timestamp !== 'number' && typeof timestamp !== 'string') {
    add('TIMESTAMP_INVALID', `It is ${kindOf(timestamp)}; ${errors.TIMESTAMP_INVALID.remedy.toLowerCase()}`)
    return
  }
  const at = typeof timestamp === 'number' ? Math.floor(timestamp) : parseTimestamp(timestamp)
  const hint = unitHint(Number(timestamp), received)
  if (!Number.isFinite(at)) add('TIMESTAMP_INVALID', hint)
  else if (at < received - pastMs) add('TIMESTAMP_TOO_OLD', hint)
  else if (at > received + limits.futureMs) add('TIMESTAMP_IN_FUTURE', hint)
}

/** Tells a sender who counts in another unit. */
function unitHint(value: number, received: number): string | undefined {
  const units: [name: string, perMs: number][] = [
    ['seconds', 0.001],
    ['microseconds', 1_000],
    ['nanoseconds', 1_000_000],
  ]
  const near = units.find(([, perMs]) => Math.abs(value / perMs - received) < tenYearsMs)
  return near && `This looks like epoch ${near[0]}; send epoch milliseconds.`
}

function isText(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && isCleanText(value, maxLength)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A field name of a stranger, fit for an answer. */
function printable(field: string): string {
  return [...field.toWellFormed()]
    .slice(0, 64)
    .join('')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
}
