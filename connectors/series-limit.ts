import { createBreaker } from '@streamgauge/adapters/breaker.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { areKnown, countSeries } from '@streamgauge/adapters/mariadb/series-count.ts'
import type { KnownSeries } from '@streamgauge/core/series-cache.ts'

/** Keeps tenants within their number of series. */
export interface SeriesLimit {
  /** The series, of those given, that the tenant has no room for. */
  excess(tenantId: number, max: number, series: readonly KnownSeries[]): Promise<ReadonlySet<KnownSeries>>
  close(): void
}

const timing = { deadlineMs: 400, recountEveryMs: 5_000 }
const nothing: ReadonlySet<KnownSeries> = new Set()

interface Count {
  /** Series in the store at `at`, and those let through since. */
  series: number
  at: number
}

/**
 * Counts are cached, so a tenant may overshoot by what arrives within one period. While the store is away everybody
 * may pass: what protects the store must not stop the log.
 */
export function createSeriesLimit(database: Database): SeriesLimit {
  const counts = new Map<number, Count>()
  const breaker = createBreaker({
    name: 'MariaDB',
    probe: () => database.query('SELECT 1'),
    deadlineMs: timing.deadlineMs,
    isOutage: () => true,
  })

  async function countOf(tenantId: number): Promise<Count> {
    const now = performance.now()
    const held = counts.get(tenantId)
    if (held && now - held.at < timing.recountEveryMs) return held
    const count = { series: await breaker.run(() => countSeries(database, tenantId)), at: now }
    counts.set(tenantId, count)
    return count
  }

  async function check(
    tenantId: number,
    max: number,
    fresh: KnownSeries[],
  ): Promise<ReadonlySet<KnownSeries>> {
    const count = await countOf(tenantId)
    if (count.series + fresh.length <= max) {
      count.series += fresh.length
      for (const series of fresh) series.counted = true
      return nothing
    }
    const names = fresh.map(({ name }) => name)
    const known = await breaker.run(() => areKnown(database, tenantId, names))
    const excess = new Set<KnownSeries>()
    fresh.forEach((series, i) => {
      series.counted = known[i] || count.series < max
      if (!series.counted) excess.add(series)
      else if (!known[i]) count.series++
    })
    return excess
  }

  return {
    async excess(tenantId, max, series) {
      const fresh = series.filter(({ counted }) => !counted)
      if (fresh.length === 0 || breaker.away) return nothing
      try {
        return await check(tenantId, max, fresh)
      } catch {
        return nothing
      }
    },
    close: () => breaker.close(),
  }
}
