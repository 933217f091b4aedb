const defaults = { firstMs: 500, maxMs: 30_000 }

/**
 * How long to wait before the next try, ms: doubling from half a second to half a minute, half of it by chance, so
 * that many agents don't come back at the same moment. `attempt` counts from 0, `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(defaults.maxMs, defaults.firstMs * 2 ** attempt)
  return full / 2 + (full / 2) * random
}
