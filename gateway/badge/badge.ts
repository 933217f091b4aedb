import { freshMs } from '@streamgauge/core/alert-condition.ts'
import type { ErrorCode } from '@streamgauge/core/errors.ts'
import { errors } from '@streamgauge/core/errors.ts'
import { unitOf } from '@streamgauge/core/unit.ts'
import { formatValue } from '@streamgauge/core/value-text.ts'
import type { Reading } from './read.ts'
import type { Badge } from './svg.ts'
import { fitted } from './width.ts'

/** Cells of a label; what is longer ends in an ellipsis, and stands in the title. */
const labelCells = 40

/** What a badge says of a metric at `now`. */
export function badgeOf(label: string, metric: string, reading: Reading, now: number): Badge {
  const { message, ground } = wordsOf(metric, reading, now)
  return { label: fitted(label, labelCells), message, ground, title: `${label}: ${message}` }
}

function wordsOf(
  metric: string,
  { last, intervalMs, alert }: Reading,
  now: number,
): Pick<Badge, 'message' | 'ground'> {
  const value = last && formatValue(last.value, unitOf(metric))
  if (alert === 'FIRING') return { message: value ? `${value} firing` : 'firing', ground: 'firing' }
  if (alert === 'NO_DATA') return { message: 'no data', ground: 'no_data' }
  if (!last || !value) return { message: 'no points', ground: 'quiet' }
  return now - last.ts > freshMs(intervalMs ?? 0)
    ? { message: `${value} stale`, ground: 'quiet' }
    : { message: value, ground: 'ok' }
}

/** In the place of a number: what is wrong, in as many words as fit. */
const words: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'token not valid',
  FORBIDDEN: 'token not allowed',
  ORIGIN_NOT_ALLOWED: 'origin not allowed',
  METRIC_NOT_PUBLISHED: 'metric not published',
  QUERY_INVALID: 'address not valid',
  RATE_EXCEEDED: 'too many requests',
}

/** The badge of an error, which names nothing of the tenant. */
export function errorBadge(code: ErrorCode): Badge {
  const message = words[code] ?? (errors[code].status === 503 ? 'unavailable' : 'error')
  return {
    label: 'streamgauge',
    message,
    ground: 'quiet',
    title: `streamgauge: ${message}. ${errors[code].remedy}`,
  }
}
