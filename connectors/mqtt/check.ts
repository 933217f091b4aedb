import { type Authenticator, tenantLimits } from '@streamgauge/adapters/auth.ts'
import type { AppendRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { filterPoints } from '@streamgauge/core/batch.ts'
import { type ErrorCode, errors } from '@streamgauge/core/errors.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { type Reading, readPoints } from '@streamgauge/core/point.ts'
import { pointFaults } from '@streamgauge/core/point-faults.ts'
import { createSeriesCache } from '@streamgauge/core/series-cache.ts'
import { encodeRecords } from '../records.ts'
import type { SeriesCaches } from '../series-caches.ts'
import type { SeriesLimit } from '../series-limit.ts'
import type { Letter } from './letter.ts'
import type { QuotaGate } from './quota-gate.ts'
import { shortHash, type Unit } from './sort.ts'

/** What judging messages takes. */
export interface Checker {
  readonly auth: Pick<Authenticator, 'tenant'>
  readonly seriesLimit: SeriesLimit
  readonly caches: SeriesCaches
  readonly quota: QuotaGate
  readonly defaults: {
    readonly seriesPerTenant: number
    readonly quotaPointsPerSecond: number
    /** How old a point may be, ms. */
    readonly pastMs?: number
  }
}

export interface Checked {
  readonly records: readonly AppendRecord[]
  /** Points in `records`. */
  readonly points: number
  readonly letters: readonly Letter[]
}

interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
}

/**
 * The points of a unit that may enter the log, by the rules of HTTP ingest, and letters about the others. `received`
 * is the server's clock, epoch ms.
 */
export async function checkUnit(
  using: Checker,
  unit: Unit,
  received: number,
  signal: AbortSignal,
): Promise<Checked> {
  const { pastMs } = using.defaults
  const tenant = await findTenant(using, unit.tenant)
  if (tenant === 'unknown') return refuseAll(unit, 'TENANT_UNKNOWN')
  const cache = tenant ? using.caches.of(tenant.id) : createSeriesCache(limits.pointsPerRequest)
  const reading = readPoints(unit.items, { tenant: unit.tenant, received, cache, pastMs })
  const refused = faultyItems(unit, reading, received, pastMs)
  let { batch } = reading
  if (tenant) {
    const own = tenantLimits(tenant, using.defaults)
    const excess = await using.seriesLimit.excess(tenant.id, own.seriesPerTenant, reading.series)
    if (excess.size > 0) {
      const isKept = (index: number) => !excess.has(reading.series[batch.s[index]])
      placesOf(reading).forEach((place, index) => {
        if (!isKept(index)) refused.set(place, { code: 'SERIES_LIMIT', detail: errors.SERIES_LIMIT.remedy })
      })
      batch = filterPoints(batch, isKept)
    }
    const points = batch.s.length
    if (points > 0 && !(await using.quota.pass(tenant.id, own.quotaPointsPerSecond, points, signal))) {
      return refuseAll(unit, 'QUOTA_EXCEEDED')
    }
  }
  const records = batch.s.length === 0 ? [] : encodeRecords(batch, (chunk) => chunkId(unit.recordId, chunk))
  return { records, points: batch.s.length, letters: lettersOf(unit, refused) }
}

/** Undefined while the store is away: persist knows the tenant, or makes a dead letter of the record. */
async function findTenant(using: Checker, name: string): Promise<Tenant | 'unknown' | undefined> {
  try {
    return (await using.auth.tenant(name)) ?? 'unknown'
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function placesOf({ places, batch }: Reading): readonly number[] {
  return places ?? Array.from(batch.s, (_, index) => index)
}

function faultyItems(
  unit: Unit,
  reading: Reading,
  received: number,
  pastMs: number | undefined,
): Map<number, Refusal> {
  const refused = new Map<number, Refusal>()
  if (reading.rejected === 0) return refused
  const good = new Set(placesOf(reading))
  unit.items.forEach((item, index) => {
    if (good.has(index)) return
    const [{ field, code, detail }] = pointFaults(item, index, received, pastMs)
    refused.set(index, { code, detail: field === null ? detail : `${field}: ${detail}` })
  })
  return refused
}

function refuseAll(unit: Unit, code: ErrorCode): Checked {
  const refusal = { code, detail: errors[code].remedy }
  return { records: [], points: 0, letters: lettersOf(unit, new Map(unit.items.map((_, i) => [i, refusal]))) }
}

/** A single message is its own letter; points of a batch that fail for the same reason share one, no longer than a message. */
function lettersOf(unit: Unit, refused: ReadonlyMap<number, Refusal>): Letter[] {
  const { tenant, items, sources } = unit
  const [{ message, points: first }] = sources
  if (!first.isBatch) {
    return [...refused].map(([index, refusal]) => {
      const { message: own, points } = sources[index]
      const id = shortHash(points.identity ?? `${unit.recordId}${index}`)
      return { id, tenant, topic: own.topic, payload: own.payload, ...refusal }
    })
  }
  const byCode = Map.groupBy(refused, ([, { code }]) => code)
  return [...byCode].map(([code, group]) => {
    const points = group.map(([index]) => items[index])
    const isWhole = points.length === items.length
    const own = isWhole ? message.payload : Buffer.from(JSON.stringify({ ...first.sequence, points }))
    // Numbers grow when they are written again (1e20), beyond what the log takes.
    const isPartly = own.length > limits.mqttPacketBytes
    const payload = isPartly ? message.payload : own
    const [[, { detail }]] = group
    const id = shortHash(`${first.identity ?? unit.recordId}\0${code}`)
    const told = { code, detail: `${detail} (${points.length} points)` }
    return { id, tenant, topic: message.topic, payload, isPartly, ...told }
  })
}

function chunkId(recordId: string, chunk: number): string {
  return chunk === 0 ? recordId : `${recordId}.${chunk}`
}
