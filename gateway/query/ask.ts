import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { listOf, manyTexts } from '../responses.ts'
import { type Aggregate, aggregates } from './aggregate.ts'
import { type Resolution, resolutions } from './resolution.ts'
import { readSpan, readTime } from './time.ts'

/** The query string of `…/metrics` as it arrives. */
export interface MetricsQuery {
  metric: string | string[]
  agent?: string | string[]
  tag?: string | string[]
  from?: string
  to?: string
  resolution?: Resolution | 'auto'
  step?: string
  aggregate?: Aggregate
  max_points?: number
  max_series?: number
}

export interface Ask {
  readonly metrics: readonly string[]
  readonly agents: readonly string[]
  /** What a series must carry. */
  readonly tags: Readonly<Record<string, string>>
  readonly resolution: Resolution | 'auto'
  /** Least length of a step, ms; undefined: as it is stored. */
  readonly stepMs: number | undefined
  /** Makes one line of all series of a metric. */
  readonly aggregate: Aggregate | undefined
  /** Epoch ms. */
  readonly from: number
  /** The end that was asked for. */
  readonly to: number
  /** Points before this are read: `to`, or beyond every stored point when the end is open. */
  readonly before: number
  /** For each series. */
  readonly maxPoints: number
  /** The first so many series are enough; undefined: all of them are wanted. */
  readonly maxSeries: number | undefined
}

const defaults = { from: '-15m', maxPoints: 4_000 }
const bounds = { minPoints: 16, maxPoints: 50_000, minStepMs: 1_000 }

export const metricsQuerySchema = {
  type: 'object',
  required: ['metric'],
  additionalProperties: false,
  properties: {
    metric: manyTexts(limits.metricNameLength, 'Metric names; may be repeated.'),
    agent: manyTexts(limits.agentIdLength, 'Agent ids; may be repeated. All when absent.'),
    tag: manyTexts(
      limits.tagKeyLength + 1 + limits.tagValueLength,
      'A tag that series must carry, as key=value; may be repeated, then all must hold.',
    ),
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
    resolution: {
      type: 'string',
      enum: ['auto', ...resolutions],
      default: 'auto',
      description:
        'raw: the points. 1m, 5m: windows. auto: raw up to an hour, 1m up to 36 h, 5m above, and coarser where finer is no longer kept.',
    },
    step: {
      type: 'string',
      maxLength: 12,
      description: 'Least length of a step, such as 30s (ms, s, m, h, d): makes windows of raw points too.',
    },
    aggregate: {
      type: 'string',
      enum: [...aggregates],
      description:
        'One line for each metric: avg and sum of the means of the series in a step, min and max of all points, count of series.',
    },
    max_points: {
      type: 'integer',
      minimum: bounds.minPoints,
      maximum: bounds.maxPoints,
      default: defaults.maxPoints,
      description:
        'For each series. Longer raw ones are thinned: first, least, greatest and last of each step stay. Windows are merged.',
    },
    max_series: {
      type: 'integer',
      minimum: 1,
      maximum: limits.querySeries,
      description: `The first so many series by their ids are enough. Without it more than ${limits.querySeries.toLocaleString('en-GB')} are refused. Not with aggregate, which is of all.`,
    },
  },
}

/** Points may lie ahead of the clock; a query that waits its turn reads some that came after it. */
const aheadMs = limits.futureMs + 60_000

/** Reads a query that has passed its schema; throws a fault that names the parameter at fault. */
export function readAsk(query: MetricsQuery, now: number): Ask {
  const from = time('from', query.from ?? defaults.from, now)
  const to = time('to', query.to ?? 'now', now)
  if (from >= to) throw new Fault('QUERY_INVALID', 'from: must lie before to.')
  if (query.aggregate !== undefined && query.max_series !== undefined)
    throw new Fault('QUERY_INVALID', 'max_series: an aggregate is of all series.')
  return {
    metrics: listOf(query.metric),
    agents: listOf(query.agent),
    tags: Object.fromEntries(listOf(query.tag).map(readTag)),
    resolution: query.resolution ?? 'auto',
    stepMs: query.step === undefined ? undefined : step(query.step),
    aggregate: query.aggregate,
    from,
    to,
    // A bound at this moment would leave out what is stored between now and the snapshot, below its as_of: a reader
    // who joins answer and stream would lose it.
    before: query.to === undefined || query.to === 'now' ? now + aheadMs : to,
    maxPoints: query.max_points ?? defaults.maxPoints,
    maxSeries: query.max_series,
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

function step(text: string): number {
  const value = readSpan(text)
  if (value !== undefined && value >= bounds.minStepMs) return value
  throw new Fault('QUERY_INVALID', `step: "${text}" is not a length of a second or more, like 30s.`)
}

function readTag(text: string): [key: string, value: string] {
  const end = text.indexOf('=')
  if (end > 0) return [text.slice(0, end), text.slice(end + 1)]
  throw new Fault('QUERY_INVALID', `tag: "${text}" is not key=value.`)
}
