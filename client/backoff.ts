import { fixed } from './defaults.ts'

/**
 * How long to wait before the next try, ms: doubling from a quarter of a second to half a minute, half of it by chance,
 * so that many clients don't come back at the same moment; never less than the server asked for. `attempt` counts from
 * 0, `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number, retryAfterMs = 0): number {
  const full = Math.min(fixed.longestWaitMs, fixed.firstWaitMs * 2 ** attempt)
  const own = full / 2 + (full / 2) * random
  // Who asks everybody to come back after a second gets them spread over the quarter after it.
  return retryAfterMs > 0 ? Math.max(own, retryAfterMs + fixed.firstWaitMs * random) : own
}

/** Retry-After in ms, whether it names seconds or a date (RFC 9110 §10.2.3); 0 when there is none that can be read. */
export function readRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0
  if (/^\d+$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
