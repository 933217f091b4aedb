import { readRetryAfter } from './backoff.ts'

/** A faulty item of a request, as the server names it. */
export interface ItemError {
  readonly index: number
  readonly field: string | null
  readonly code: string
  readonly detail: string
}

interface Failed {
  /** Undefined when there was no answer. */
  readonly status?: number
  readonly code?: string
  readonly detail: string
}

/** What an answer means for the points of its request. */
export type Verdict =
  | {
      readonly kind: 'taken'
      readonly accepted: number
      readonly rejected: number
      readonly errors: readonly ItemError[]
    }
  /** It may or may not have arrived: under the same key it counts once. */
  | ({ readonly kind: 'again'; readonly retryAfterMs: number } & Failed)
  | ({ readonly kind: 'rejected' } & Failed)

/** What a proxy, a busy server or one that restarts answers: later it may be another. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

interface Answer {
  readonly accepted?: number
  readonly rejected?: number
  readonly errors?: readonly ItemError[]
  readonly code?: string
  readonly detail?: string
}

/** Judges an answer. `text` is its whole body; `now` is epoch ms. */
export function judge(status: number, text: string, retryAfter: string | null, now: number): Verdict {
  const answer = parse(text)
  const { accepted, rejected = 0, errors = [], code, detail = `The server answered ${status}.` } = answer
  if (status === 202 && accepted !== undefined) return { kind: 'taken', accepted, rejected, errors }
  // Every point of the request is faulty.
  if (status === 422 && errors.length > 0)
    return { kind: 'taken', accepted: 0, rejected: rejected || errors.length, errors }
  const failed = { status, detail, ...(code !== undefined && { code }) }
  if (passing.has(status) || status < 400)
    return { kind: 'again', retryAfterMs: readRetryAfter(retryAfter, now), ...failed }
  return { kind: 'rejected', ...failed }
}

function parse(text: string): Answer {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Answer) : {}
  } catch {
    return {}
  }
}
