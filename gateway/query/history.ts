import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { type Found, readStored, type TakeRow } from '@streamgauge/adapters/mariadb/query.ts'
import type { ListedSeries } from '@streamgauge/adapters/mariadb/series-list.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import { type AggregateColumns, Aggregator } from './aggregate.ts'
import type { Ask } from './ask.ts'
import { type Resolution, windowMs } from './resolution.ts'
import { collectSteps, type StepColumns, StepMerger, stepFor, stepOf, type TakeStep } from './steps.ts'
import { type Columns, Thinner } from './thin.ts'

export interface History {
  /** What was read: single points, or windows of a minute or five. */
  readonly resolution: Resolution
  /** Length of a step, ms; null when the points are as they came. */
  readonly step_ms: number | null
  /** Points were left out, or windows merged, because there are more than `max_points`. */
  readonly thinned: boolean
  /** Every record up to here is in the batch, none above it. */
  readonly as_of: string
  /** Series that match: more than are in the batch where `max_series` has cut them. */
  readonly series_total: number
  readonly batch: Batch & Partial<StepColumns>
}

/** Steps of points that have no windows are no shorter, ms. */
const leastStepMs = 1_000

interface Tenant {
  readonly id: number
  readonly name: string
  readonly partition: number
}

/** Takes rows as they are read and makes the columns of the answer of them. */
interface Maker {
  readonly stepMs: number | null
  readonly take: TakeRow
  end(): { thinned: boolean; columns: Columns | StepColumns | AggregateColumns }
}

/** Reads what is stored of a tenant with the position it is complete up to. */
export async function readHistory(
  database: Database,
  tenant: Tenant,
  ask: Ask & { readonly resolution: Resolution },
  signal: AbortSignal,
): Promise<History> {
  const { resolution, metrics, agents, tags, to, before, maxSeries = limits.querySeries } = ask
  const window = windowMs[resolution]
  // The window that `from` lies in is part of the range.
  const from = window === 0 ? ask.from : ask.from - (ask.from % window)
  const { id: tenantId, partition } = tenant
  const stored = {
    resolution,
    tenantId,
    partition,
    metrics,
    agents,
    tags,
    from,
    before,
    to,
    maxSeries,
    limitSeconds: limits.queryMs / 1_000,
  }
  let found: Found = { series: [], total: 0, end: to }
  let maker: Maker | undefined
  const nextOffset = await readStored(
    database,
    stored,
    (all) => {
      if (ask.maxSeries === undefined && all.total > maxSeries) {
        const told = `metric: ${all.total} series match, ${maxSeries} fit into an answer`
        const cut = ask.aggregate === undefined ? ', or send max_series' : ''
        throw new Fault('QUERY_INVALID', `${told}; name agents or tags${cut}.`)
      }
      found = all
      maker = chooseMaker(ask, all)
      return maker.take
    },
    signal,
  )
  const { thinned = false, columns = undefined } = maker?.end() ?? {}
  return {
    resolution,
    step_ms: maker?.stepMs ?? null,
    thinned,
    as_of: formatPosition({ partition, offset: nextOffset - 1 }),
    series_total: found.total,
    batch: {
      v: 1,
      tenant: tenant.name,
      received: Date.now(),
      ...(ask.aggregate ? { series: lines(ask) } : named(found.series)),
      ...(columns ?? { s: [], t: [], x: [] }),
    },
  }
}

function named(series: readonly ListedSeries[]): { series: SeriesName[]; sid: number[] } {
  return { series: series.map(({ name }) => name), sid: series.map(({ id }) => id) }
}

/** The line of a metric is of one agent when only that one was asked for. */
function lines({ metrics, agents, tags }: Ask): SeriesName[] {
  return metrics.map((metric) => [metric, agents.length === 1 ? agents[0] : null, tags])
}

/** Steps are measured by what is read: points ahead of the clock belong to an open end. */
function chooseMaker(ask: Ask & { readonly resolution: Resolution }, { series, end }: Found): Maker {
  const range = { from: ask.from, to: end }
  const share = Math.floor(
    limits.queryPoints / Math.max(1, ask.aggregate ? ask.metrics.length : series.length),
  )
  const most = Math.min(ask.maxPoints, Math.max(share, 16))
  if (ask.resolution === 'raw' && !ask.aggregate && ask.stepMs === undefined) return points(range, most)
  const window = windowMs[ask.resolution]
  const least = Math.max(ask.stepMs ?? 0, window === 0 ? leastStepMs : 0)
  const stepMs = stepFor(end - ask.from, most, window, least)
  return ask.aggregate ? aggregated(ask, series, stepMs) : stepped(ask.resolution, stepMs)
}

/** Points as they came, or thinned. */
function points(range: { readonly from: number; readonly to: number }, most: number): Maker {
  const thinner = new Thinner(range, most)
  return {
    get stepMs() {
      return thinner.thinned ? thinner.stepMs : null
    },
    take: (series, [t, x]) => thinner.add(series, t, x),
    end: () => ({ columns: thinner.end(), thinned: thinner.thinned }),
  }
}

/** Steps of each series. */
function stepped(resolution: Resolution, stepMs: number): Maker {
  const steps = collectSteps()
  const { take, end } = merging(resolution, stepMs, steps.take)
  return {
    stepMs,
    take,
    end() {
      end()
      return { columns: steps.columns, thinned: stepMs > windowMs[resolution] }
    },
  }
}

/** One line for each metric. */
function aggregated(
  ask: Ask & { readonly resolution: Resolution },
  series: readonly ListedSeries[],
  stepMs: number,
): Maker {
  const { metrics, aggregate = 'avg', resolution } = ask
  const aggregator = new Aggregator(aggregate, metrics.length, (place) =>
    metrics.indexOf(series[place].name[0]),
  )
  const { take, end } = merging(resolution, stepMs, aggregator.take)
  return {
    stepMs,
    take,
    end() {
      end()
      return { columns: aggregator.end(), thinned: stepMs > windowMs[resolution] }
    },
  }
}

function merging(resolution: Resolution, stepMs: number, takeStep: TakeStep): { take: TakeRow; end(): void } {
  const merger = new StepMerger(stepMs, takeStep)
  return {
    take:
      resolution === 'raw'
        ? (series, [t, x]) => merger.add(series, stepOf(t, x))
        : (series, [t, count, sum, min, max, first, last]) =>
            merger.add(series, { t, count, sum, min, max, first, last }),
    end: () => merger.end(),
  }
}
