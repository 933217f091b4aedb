const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** What came of one try to tell a channel something. */
export interface Outcome {
  /**
   * delivered: it is there. refused: it answered, and did not want this message. unavailable: nobody can be told
   * anything there now. gone: nobody ever wants anything there again.
   */
  readonly kind: 'delivered' | 'refused' | 'unavailable' | 'gone'
  /** Status of HTTP or reply code of SMTP; null when nothing was answered. */
  readonly code: number | null
  /** One sentence for people; null when it is delivered. */
  readonly error: string | null
  /** No try before so long, ms. */
  readonly retryAfterMs?: number
}

/** Waits before each try, ms: three days in all (Standard Webhooks 1.0, "Deliverability and reliability"). */
export const waitsMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

const jitter = 0.1
/** Nobody is left alone for longer, whatever `Retry-After` says. */
export const longestWaitMs = 24 * hour

/**
 * When to try again after `tried` tries, epoch ms; null when it is given up. A little later than the schedule says, so
 * that what failed together does not come back together. `random` is from 0 to below 1.
 */
export function nextTryAt(tried: number, now: number, random: number, retryAfterMs = 0): number | null {
  if (tried >= waitsMs.length) return null
  const wait = Math.max(waitsMs[tried], Math.min(retryAfterMs, longestWaitMs))
  return Math.round(now + wait * (1 + jitter * random))
}

/**
 * Statuses by which servers and the proxies before them say: not now, whatever the message. Most that answer 500 are
 * broken as a whole.
 */
export const notNow: readonly number[] = [408, 425, 429, 500, 502, 503, 504]

/** What a status of HTTP says; only 2xx is success, and redirects are not followed. */
export function outcomeOfStatus(code: number, retryAfterMs?: number): Outcome {
  if (code >= 200 && code < 300) return { kind: 'delivered', code, error: null }
  if (code === 410)
    return { kind: 'gone', code, error: 'The receiver answered 410: it wants no more messages.' }
  const error =
    code >= 300 && code < 400
      ? `The receiver answered ${code}; redirects are not followed.`
      : `The receiver answered ${code}.`
  return { kind: notNow.includes(code) ? 'unavailable' : 'refused', code, error, retryAfterMs }
}

/** `Retry-After` of an answer, seconds or a date, as ms from `now`; undefined when it says nothing. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}
