import { createSeriesCache, type SeriesCache } from '@streamgauge/core/series-cache.ts'

/** The series of the tenants that were heard of last. */
export interface SeriesCaches {
  of(tenantId: number): SeriesCache
}

// About 300 bytes a series: 200 MB if that many tenants bring that many series each.
const defaults = { seriesPerTenant: 10_000, tenants: 64 }

export function createSeriesCaches(): SeriesCaches {
  const caches = new Map<number, SeriesCache>()
  return {
    of(tenantId) {
      const held = caches.get(tenantId)
      if (held) {
        caches.delete(tenantId)
        caches.set(tenantId, held)
        return held
      }
      const made = createSeriesCache(defaults.seriesPerTenant)
      caches.set(tenantId, made)
      if (caches.size > defaults.tenants) {
        const [oldest] = caches.keys()
        caches.delete(oldest)
      }
      return made
    },
  }
}
