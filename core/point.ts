import type { Batch } from './batch.ts'
import type { ItemError } from './errors.ts'
import { invariant } from './invariant.ts'
import { limits } from './limits.ts'
import { isCleanText } from './names.ts'
import { pointFaults } from './point-faults.ts'
import { countColons, type KnownSeries, type SeriesCache } from './series-cache.ts'
import { parseTimestamp } from './timestamp.ts'

/** What came of the items of a request. */
export interface Reading {
  /** The valid points. */
  readonly batch: Batch
  /** The series of `batch`, parallel to its `series`. */
  readonly series: readonly KnownSeries[]
  /** The place in the request of each point in the batch; undefined when it is the same. */
  readonly places: readonly number[] | undefined
  /** Items that are not valid. */
  readonly rejected: number
  /** What is wrong with them, up to `limits.errorsPerAnswer`. */
  readonly errors: readonly ItemError[]
}

/** A reading of what JSON.parse has made of a body. */
export interface ParsedReading extends Reading {
  /** Colons that the valid points account for: see `countColonBytes`. */
  readonly colons: number
}

export interface ReadingOptions {
  readonly tenant: string
  /** Server clock, epoch ms: the time of points that carry none. */
  readonly received: number
  readonly cache: SeriesCache
  /** How old a point may be, ms. Default: that of `limits`. */
  readonly pastMs?: number
}

/**
 * Reads the items of a request: one pass that checks them and turns them into columns. This pass only finds out
 * whether a point is valid; what is wrong with one that isn't, `pointFaults` says.
 */
export function readPoints(
  items: readonly unknown[],
  { tenant, received, cache, pastMs = limits.pastMs }: ReadingOptions,
): ParsedReading {
  const batch: Batch = { v: 1, tenant, received, series: [], s: [], t: [], x: [] }
  const { s, t, x } = batch
  const series: KnownSeries[] = []
  const places: number[] = []
  const errors: ItemError[] = []
  const turn = cache.nextTurn()
  const oldest = received - pastMs
  const newest = received + limits.futureMs
  let colons = 0
  let rejected = 0

  /** Adds one point; false when it is not valid. */
  function add(item: Readonly<Record<string, unknown>>): boolean {
    const { metric_name, value, timestamp, tags, agent_id, dedupe_id } = item
    // JSON has no undefined, so what is undefined is not there. Numbers such as 1e400 parse to Infinity.
    if (typeof metric_name !== 'string' || typeof value !== 'number' || !Number.isFinite(value)) return false
    let fields = 2
    let inTexts = 0
    let at = received
    if (timestamp !== undefined) {
      fields++
      if (typeof timestamp === 'number') at = Math.floor(timestamp)
      else if (typeof timestamp === 'string') {
        at = parseTimestamp(timestamp)
        inTexts = countColons(timestamp)
      } else return false
      if (!(at >= oldest && at <= newest)) return false
    }
    if (tags !== undefined) {
      fields++
      if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) return false
    }
    if (agent_id !== undefined) {
      fields++
      if (typeof agent_id !== 'string') return false
    }
    if (dedupe_id !== undefined) {
      fields++
      if (typeof dedupe_id !== 'string' || !isCleanText(dedupe_id, limits.dedupeIdLength)) return false
      inTexts += countColons(dedupe_id)
    }
    let there = 0
    for (const _ in item) there++
    if (there !== fields) return false
    const known = cache.find(metric_name, agent_id as string | undefined, tags as object | undefined)
    if (known === undefined) return false
    if (known.turn !== turn) {
      known.turn = turn
      known.index = series.push(known) - 1
      batch.series.push(known.name)
    }
    if (dedupe_id !== undefined) {
      batch.ids ??= new Array(s.length).fill(null)
      batch.ids.push(dedupe_id as string)
    } else batch.ids?.push(null)
    colons += fields + known.colons + inTexts
    s.push(known.index)
    t.push(at)
    x.push(value)
    return true
  }

  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item === 'object' && item !== null && !Array.isArray(item) && add(item as object as never)) {
      places.push(i)
      continue
    }
    const faults = pointFaults(item, i, received, pastMs)
    invariant(faults.length > 0, 'a refused point has a fault')
    rejected++
    errors.push(...faults.slice(0, limits.errorsPerAnswer - errors.length))
  }
  return { batch, series, places, rejected, errors, colons }
}
