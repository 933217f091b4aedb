import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { listOf, manyTexts } from '../responses.ts'
import { readTime } from './time.ts'

/** The query string of `…/metrics` as it arrives. */
export interface MetricsQuery {
  metric: string | string[]
  agent?: string | string[]
  from?: string
  to?: string
  resolution?: 'raw' | 'auto' | '1m' | '5m'
  max_points?: number
}

export interface Ask {
  readonly metrics: readonly string[]
  readonly agents: readonly string[]
  /** Epoch ms. */
  readonly from: number
  /** The end that was asked for: steps are measured by it. */
  readonly to: number
  /** Points before this are read: `to`, or beyond every stored point when the end is open. */
  readonly before: number
  /** For each series. */
  readonly maxPoints: number
}

const defaults = { from: '-15m', maxPoints: 4_000 }
const bounds = { minPoints: 16, maxPoints: 50_000 }

export const metricsQuerySchema = {
  type: 'object',
  required: ['metric'],
  additionalProperties: false,
  properties: {
    metric: manyTexts(limits.metricNameLength, 'Metric names; may be repeated.'),
    agent: manyTexts(limits.agentIdLength, 'Agent ids; may be repeated. All when absent.'),
    from: {
      type: 'string',
      maxLength: 40,
      description: 'Epoch ms, RFC 3339 with a zone, or relative such as -15m (ms, s, m, h, d). Default -15m.',
    },
    to: {
      type: 'string',
      maxLength: 40,
      description: 'The same; not included. Without it, or with now: everything stored up to as_of.',
    },
    resolution: { type: 'string', enum: ['auto', 'raw', '1m', '5m'], default: 'auto' },
    max_points: {
      type: 'integer',
      minimum: bounds.minPoints,
      maximum: bounds.maxPoints,
      default: defaults.maxPoints,
      description:
        'For each series. A longer one is thinned: first, least, greatest and last of each step stay.',
    },
  },
}

/** Points may lie ahead of the clock; a query that waits its turn reads some that came after it. */
const aheadMs = limits.futureMs + 60_000

/** Reads a query that has passed its schema; throws a fault that names the parameter at fault. */
export function readAsk(query: MetricsQuery, now: number): Ask {
  if (query.resolution === '1m' || query.resolution === '5m') throw new Fault('RESOLUTION_UNAVAILABLE')
  const from = time('from', query.from ?? defaults.from, now)
  const to = time('to', query.to ?? 'now', now)
  if (from >= to) throw new Fault('QUERY_INVALID', 'from: must lie before to.')
  return {
    metrics: listOf(query.metric),
    agents: listOf(query.agent),
    from,
    to,
    // A bound at this moment would leave out what is stored between now and the snapshot, below its as_of: a reader
    // who joins answer and stream would lose it.
    before: query.to === undefined || query.to === 'now' ? now + aheadMs : to,
    maxPoints: query.max_points ?? defaults.maxPoints,
  }
}

function time(name: string, text: string, now: number): number {
  const value = readTime(text, now)
  if (value === undefined || value < 0) {
    throw new Fault(
      'QUERY_INVALID',
      `${name}: "${text}" is not epoch ms, RFC 3339 with a zone, or like -15m.`,
    )
  }
  return value
}
