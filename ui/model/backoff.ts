/** How long to wait between attempts, ms. */
export const backoffDefaults = { firstMs: 250, maxMs: 10_000 } as const

/**
 * Wait before attempt `attempt` (0 = the first retry): doubles up to the maximum, and half of it is random so that
 * the browsers of a restarted gateway don't come back in one wave. A server's Retry-After is the least it waits.
 */
export function backoffMs(
  attempt: number,
  random: number,
  retryAfterMs = 0,
  options = backoffDefaults,
): number {
  const ceiling = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(Math.max(ceiling / 2, retryAfterMs) + (ceiling / 2) * random)
}

/** Reads a Retry-After header (seconds or an HTTP date) as ms from `now`; 0 when there is none. */
export function retryAfterMs(header: string | null, now: number): number {
  if (!header) return 0
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}
