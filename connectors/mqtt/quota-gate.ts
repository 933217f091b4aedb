import { setTimeout as sleep } from 'node:timers/promises'
import type { Quota } from '@streamgauge/adapters/redis/quota.ts'
import { limits } from '@streamgauge/core/limits.ts'

/** Keeps the messages of a tenant within its quota by letting them wait: the broker holds what comes behind. */
export interface QuotaGate {
  /** True when `points` may pass; false when the tenant has made others wait for too long, or `signal` ended it. */
  pass(tenantId: number, perSecond: number, points: number, signal: AbortSignal): Promise<boolean>
}

interface Patience {
  waitedMs: number
  /** When the tenant was over its quota last, ms of a clock that never steps. */
  at: number
}

/**
 * Acknowledgements leave in order, so who waits for one tenant waits for all. A burst is worth that, a tenant that
 * sends too much for good is not: once it has used up its patience, it is refused whenever it is over its quota.
 */
export function createQuotaGate(quota: Quota, patienceMs: number = limits.mqttQuotaWaitMs): QuotaGate {
  const tenants = new Map<number, Patience>()
  return {
    async pass(tenantId, perSecond, points, signal) {
      const size = { perSecond, capacity: perSecond * limits.quotaBurstSeconds }
      for (;;) {
        const waitMs = await quota.take(tenantId, size, points)
        if (waitMs === 0) return true
        const now = performance.now()
        const patience = tenants.get(tenantId) ?? { waitedMs: 0, at: now }
        if (now - patience.at > patienceMs) patience.waitedMs = 0
        patience.at = now
        tenants.set(tenantId, patience)
        if (patience.waitedMs + waitMs > patienceMs) return false
        await sleep(waitMs, undefined, { signal }).catch(() => undefined)
        // A connection that was lost has cut it short.
        patience.waitedMs += performance.now() - now
        if (signal.aborted) return false
      }
    },
  }
}
