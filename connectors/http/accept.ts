import { isUtf8 } from 'node:buffer'
import { tenantLimits } from '@streamgauge/adapters/auth.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import type { Quota } from '@streamgauge/adapters/redis/quota.ts'
import { filterPoints } from '@streamgauge/core/batch.ts'
import { errors, type ItemError } from '@streamgauge/core/errors.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { countColonBytes } from '@streamgauge/core/json-scan.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { readPlainPoints } from '@streamgauge/core/plain-points.ts'
import { type Reading, type ReadingOptions, readPoints } from '@streamgauge/core/point.ts'
import type { KnownSeries } from '@streamgauge/core/series-cache.ts'
import { encodeRecords, recordIds } from '../records.ts'
import type { SeriesCaches } from '../series-caches.ts'
import type { SeriesLimit } from '../series-limit.ts'
import { appendRequest } from './append.ts'
import { parseBody, refuseBadShape } from './body.ts'

/** What accepting a request takes. */
export interface Acceptor {
  readonly log: Log
  readonly quota: Quota
  readonly seriesLimit: SeriesLimit
  readonly caches: SeriesCaches
  readonly defaults: {
    readonly seriesPerTenant: number
    readonly quotaPointsPerSecond: number
    /** How old a point may be, ms. */
    readonly pastMs?: number
  }
}

export interface Delivery {
  readonly tenant: Tenant
  /** The inflated body. */
  readonly body: Buffer
  readonly idempotencyKey: string | undefined
  /** Take the valid points although others are not. */
  readonly partial: boolean
  /** Server clock, epoch ms. */
  readonly received: number
}

export interface Receipt {
  readonly accepted: number
  readonly rejected: number
  readonly errors: readonly ItemError[]
}

/**
 * The way of a request into the log: parse, check, keep within the tenant's limits, append. Resolves once the log
 * has acknowledged; throws the fault to answer with when nothing, or nothing that is sure, was stored.
 */
export async function accept(using: Acceptor, delivery: Delivery): Promise<Receipt> {
  const { tenant, body } = delivery
  const checked = readDelivery(using, delivery)
  const own = tenantLimits(tenant, using.defaults)
  const excess = await using.seriesLimit.excess(tenant.id, own.seriesPerTenant, checked.series)
  const reading = excess.size > 0 ? withoutSeries(checked, excess) : checked
  refuseUnlessWanted(reading, delivery.partial)
  await charge(using.quota, tenant.id, own.quotaPointsPerSecond, reading.batch.s.length)
  const idOf = delivery.idempotencyKey === undefined ? undefined : recordIds(delivery.idempotencyKey, body)
  await appendRequest(using.log, encodeRecords(reading.batch, idOf))
  return { accepted: reading.batch.s.length, rejected: reading.rejected, errors: reading.errors }
}

function readDelivery(using: Acceptor, { tenant, body, received }: Delivery): Reading {
  const { pastMs } = using.defaults
  const options = { tenant: tenant.name, received, cache: using.caches.of(tenant.id), pastMs }
  const textOf = (from: number, to: number) => body.toString('latin1', from, to)
  const plain = isUtf8(body) ? readPlainPoints(body, textOf, options) : undefined
  return plain ?? readParsed(body, options)
}

/** The general way: everything that may be JSON, and a word on all that is wrong with it. */
function readParsed(body: Buffer, options: ReadingOptions): Reading {
  const parsed = parseBody(body)
  const items = Array.isArray(parsed) ? parsed : [parsed]
  if (items.length === 0) throw new Fault('EMPTY')
  if (items.length > limits.pointsPerRequest) {
    throw new Fault(
      'TOO_MANY_POINTS',
      `There are ${items.length} points, at most ${limits.pointsPerRequest} fit.`,
    )
  }
  const reading = readPoints(items, options)
  // An escaped colon would hide a dropped one from the count.
  const isSure = reading.rejected === 0 && reading.colons === countColonBytes(body) && !hasEscapedColon(body)
  if (!isSure) refuseBadShape(body)
  return reading
}

function hasEscapedColon(body: Buffer): boolean {
  return body.includes(0x5c) && body.includes('\\u003')
}

/** Takes the points of these series out and names them. */
function withoutSeries(reading: Reading, excess: ReadonlySet<KnownSeries>): Reading {
  const { batch, series, places } = reading
  const isKept = (index: number): boolean => !excess.has(series[batch.s[index]])
  const all = places ?? Array.from(batch.s, (_, index) => index)
  const faulty = all.filter((_, index) => !isKept(index))
  const detail = errors.SERIES_LIMIT.remedy
  const named = faulty.map((index): ItemError => ({ index, field: null, code: 'SERIES_LIMIT', detail }))
  return {
    ...reading,
    batch: filterPoints(batch, isKept),
    places: all.filter((_, index) => isKept(index)),
    rejected: reading.rejected + faulty.length,
    errors: [...reading.errors, ...named].slice(0, limits.errorsPerAnswer),
  }
}

function refuseUnlessWanted(reading: Reading, partial: boolean): void {
  if (reading.rejected === 0 || (partial && reading.batch.s.length > 0)) return
  const onlyLimit = reading.errors.every(({ code }) => code === 'SERIES_LIMIT')
  throw new Fault(onlyLimit ? 'SERIES_LIMIT' : 'VALIDATION_FAILED', undefined, {
    extensions: { rejected: reading.rejected, errors: reading.errors },
  })
}

async function charge(quota: Quota, tenantId: number, perSecond: number, points: number): Promise<void> {
  const size = { perSecond, capacity: perSecond * limits.quotaBurstSeconds }
  const waitMs = await quota.take(tenantId, size, points)
  if (waitMs > 0) {
    throw new Fault('QUOTA_EXCEEDED', `This tenant may send ${perSecond} points a second.`, {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    })
  }
}
