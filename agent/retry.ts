const defaults = { firstMs: 500, maxMs: 30_000 }

/**
 * How long to wait before the next try, ms: doubling from half a second to half a minute, half of it by chance, so
 * that many agents don't come back at the same moment. Never less than the server asked for (`retryAfterMs`).
 * `attempt` counts from 0, `random` is in [0, 1).
 */
export function retryDelayMs(attempt: number, random: number, retryAfterMs = 0): number {
  const full = Math.min(defaults.maxMs, defaults.firstMs * 2 ** attempt)
  return Math.max(retryAfterMs, full / 2 + (full / 2) * random)
}

/** What a Retry-After header asks for, ms: seconds or an HTTP date; undefined when it says neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** What to do after an answer. A body the server will never take must not hold up those behind it. */
export function verdict(status: number): 'sent' | 'retry' | 'drop' {
  if (status >= 200 && status < 300) return 'sent'
  // A token can be made valid again, a quota and an outage pass.
  return status >= 500 || [401, 403, 408, 429].includes(status) ? 'retry' : 'drop'
}
