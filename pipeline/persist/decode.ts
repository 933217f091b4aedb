import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { pointsPerOffset } from '@streamgauge/core/position.ts'

const KiB = 1024
/** Above `limits.recordBytes`, with room for the series ids that are put in before it is published. */
const maxBytes = 768 * KiB
/** Of `received` beyond now, and of a point beyond `received`: for what lies further ahead no table has a partition. */
const maxAheadMs = 24 * 3_600_000

export type Decoded =
  | { readonly ok: true; readonly batch: Batch }
  | { readonly ok: false; readonly reason: string }

/**
 * Reads a record of `metrics.ingest`. The connectors have checked every point at the door; this holds the shape
 * that the stages rely on, so that a foreign record is dead and not a crash. `now`: epoch ms.
 */
export function decode(record: LogRecord, now: number): Decoded {
  if (record.value.length > maxBytes) return dead(`it has ${record.value.length} bytes`)
  let value: unknown
  try {
    value = JSON.parse(record.value.toString())
  } catch {
    return dead('it is not JSON')
  }
  const flaw = flawOf(value, now)
  return flaw === null ? { ok: true, batch: value as Batch } : dead(flaw)
}

function dead(reason: string): Decoded {
  return { ok: false, reason }
}

function flawOf(value: unknown, now: number): string | null {
  if (typeof value !== 'object' || value === null) return 'it is not an object'
  const { v, tenant, received, id, series, s, t, x, ids } = value as Partial<Record<keyof Batch, unknown>>
  if (v !== 1) return `version ${String(v)} is not known`
  if (typeof tenant !== 'string') return 'tenant is not a string'
  if (!isTime(received)) return 'received is not a time'
  if (received > now + maxAheadMs) return 'received lies more than a day ahead'
  if (id !== undefined && typeof id !== 'string') return 'id is not a string'
  if (!Array.isArray(series) || !series.every(isSeriesName)) return 'series is not a list of names'
  if (!Array.isArray(s) || !Array.isArray(t) || !Array.isArray(x)) return 's, t or x is not a list'
  if (s.length !== t.length || s.length !== x.length) return 's, t and x differ in length'
  if (s.length > pointsPerOffset) return `it has ${s.length} points`
  const latest = received + maxAheadMs
  for (let i = 0; i < s.length; i++) {
    if (!Number.isInteger(s[i]) || s[i] < 0 || s[i] >= series.length) return `s[${i}] names no series`
    if (!isTime(t[i]) || t[i] > latest) return `t[${i}] is not a time`
    if (!Number.isFinite(x[i])) return `x[${i}] is not a number`
  }
  if (ids !== undefined) {
    if (!Array.isArray(ids) || ids.length !== s.length) return 'ids and s differ in length'
    if (!ids.every((one) => one === null || typeof one === 'string')) return 'ids is not a list of strings'
  }
  return null
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isSeriesName(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [metric, agent, tags] = value
  return (
    typeof metric === 'string' &&
    (agent === null || typeof agent === 'string') &&
    typeof tags === 'object' &&
    tags !== null &&
    !Array.isArray(tags) &&
    Object.values(tags).every((one) => typeof one === 'string')
  )
}
