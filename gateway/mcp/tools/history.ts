import type { SeriesName } from '@streamgauge/core/batch.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { aggregates } from '../../query/aggregate.ts'
import type { History } from '../../query/history.ts'
import { resolutions } from '../../query/resolution.ts'
import { tagsSchema } from '../../responses.ts'
import { tenantPath } from '../caller.ts'
import { rowsOf, type SeriesRows } from '../rows.ts'
import {
  agents,
  gives,
  isoTime,
  nullable,
  tags,
  takes,
  tenant,
  text,
  time,
  timeAsked,
  unit,
} from '../schema.ts'
import { defineTool } from '../tool.ts'
import { unitWord } from '../unit.ts'

interface Args {
  readonly tenant?: string
  readonly metric: string
  readonly agents?: string[]
  readonly tags?: Readonly<Record<string, string>>
  readonly from: string
  readonly to?: string
  readonly resolution: string
  readonly step?: string
  readonly aggregate?: string
  readonly max_points: number
}

const number = nullable('number', '')
const summary = {
  ...gives({
    count: nullable('integer', 'Points it is about; null: not known.'),
    mean: nullable('number', 'Of all points; null: not known.'),
    min: number,
    max: number,
    first: number,
    last: number,
  }),
  description: 'Of the whole range, all points; null fields: there are none.',
}

/** Steps are as long as `max_points` makes them. */
const leastStep = '1s'

export const queryHistory = defineTool<Args>({
  name: 'query_history',
  title: 'Read stored values of a metric',
  description: [
    'Values of one metric over a range, for each of its series or, with `aggregate`, as one line of all of them. Short',
    'ranges are read as points, longer ones as windows of a minute (1m) or five (5m); `resolution` of the answer says',
    'which. `summary` is about all points of the range; what is more than `max_points` is merged into rows of a mean, least',
    'and greatest each; a time without a row had no points. A series without rows sent nothing in the range.',
  ].join(' '),
  scope: 'read',
  input: takes(
    {
      tenant,
      metric: text(limits.metricNameLength, 'Name of the metric.'),
      agents,
      tags: { ...tagsSchema, description: 'Only series with all of these tags; they may have more.' },
      from: { ...timeAsked('Where the range begins.'), default: '-1h' },
      to: timeAsked('Where it ends, not included; left out: now.'),
      resolution: {
        type: 'string',
        enum: ['auto', ...resolutions],
        default: 'auto',
        description: 'auto chooses by length and age.',
      },
      step: text(12, 'Least length of a step, such as 30s or 1h.'),
      aggregate: {
        type: 'string',
        enum: [...aggregates],
        description:
          'One line of all series: avg and sum of their means in a step, min and max of all points, count of series.',
      },
      max_points: {
        type: 'integer',
        minimum: 16,
        maximum: limits.mcpPointsPerSeries,
        default: limits.mcpPointsDefault,
        description: `Rows of each series. An answer has ${limits.mcpPoints} at most, so many series get fewer each.`,
      },
    },
    'metric',
  ),
  output: gives({
    metric_name: { type: 'string' },
    unit,
    resolution: { type: 'string', enum: [...resolutions], description: 'What was read.' },
    step_s: nullable('number', 'Seconds that a row stands for; null: rows are single points.'),
    thinned: { type: 'boolean', description: 'There was more than fits into max_points: it is merged.' },
    read_at: time('The answer holds what was stored by then.'),
    columns: {
      type: 'array',
      items: { type: 'string' },
      description: 'Names of what a row holds: the time (begin of a step), then values in `unit`.',
    },
    series: {
      type: 'array',
      items: gives({
        agent_id: nullable('string', 'null: it belongs to none, or is a line of several.'),
        tags,
        summary,
        rows: { type: 'array', items: { type: 'array', items: { type: ['string', 'number', 'null'] } } },
      }),
    },
  }),
  async run({ tenant, agents: agent, tags = {}, max_points, ...query }, caller) {
    const path = tenantPath(caller.tenant(tenant), '/metrics')
    const tag = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
    const read = (most: number, step = query.step) =>
      caller.ask<History>('GET', path, { query: { ...query, step, agent, tag, max_points: most } })

    let history = await read(max_points)
    const busy = new Set(history.batch.s).size
    if (busy > limits.mcpSeries) {
      const told = `metric: ${busy} series have points in the range, ${limits.mcpSeries} fit into an answer.`
      throw new Fault('QUERY_INVALID', `${told} Name agents or tags, or ask for an aggregate.`)
    }
    if (history.thinned || history.batch.s.length > limits.mcpPoints) {
      const most = Math.min(max_points, Math.floor(limits.mcpPoints / busy))
      // Thinned points tell no mean: those that don't fit are merged into steps, which do.
      const single = query.aggregate === undefined && !history.batch.sum
      if (single || history.batch.s.length > limits.mcpPoints)
        history = await read(most, single ? leastStep : query.step)
    }
    const { columns, series } = rowsOf(history.batch, query.aggregate)
    return {
      metric_name: query.metric,
      unit: query.aggregate === 'count' ? 'series' : unitWord(query.metric),
      resolution: history.resolution,
      step_s: history.step_ms === null ? null : history.step_ms / 1000,
      thinned: history.thinned,
      read_at: isoTime(history.batch.received),
      columns,
      series: shown(history.batch.series, series).map(([[, agent_id, tags], made]) => ({
        agent_id,
        tags,
        ...made,
      })),
    }
  },
})

/** All of them where they fit; else those with points. */
function shown(
  names: readonly SeriesName[],
  series: readonly SeriesRows[],
): (readonly [SeriesName, SeriesRows])[] {
  const all = names.map((name, place) => [name, series[place]] as const)
  return all.length > limits.mcpSeries ? all.filter(([, { rows }]) => rows.length > 0) : all
}
