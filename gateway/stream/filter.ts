import { type Batch, filterPoints, type SeriesName } from '@streamgauge/core/batch.ts'

/** What a stream wants to see: `metric` and `agent` lists, each empty for all. */
export interface Filter {
  readonly metrics: ReadonlySet<string>
  readonly agents: ReadonlySet<string>
  /** Equal filters have equal keys. */
  readonly key: string
}

/** Undefined when nothing is filtered out. */
export function makeFilter(metrics: readonly string[], agents: readonly string[]): Filter | undefined {
  if (metrics.length === 0 && agents.length === 0) return undefined
  const key = JSON.stringify([[...metrics].sort(), [...agents].sort()])
  return { metrics: new Set(metrics), agents: new Set(agents), key }
}

/** The batch itself when all of it passes, a smaller one, or undefined when nothing does. */
export function applyFilter(filter: Filter | undefined, batch: Batch): Batch | undefined {
  if (!filter) return batch
  const wanted = batch.series.map((series) => passes(filter, series))
  if (wanted.every(Boolean)) return batch
  const view = filterPoints(batch, (i) => wanted[batch.s[i]])
  return view.s.length > 0 ? view : undefined
}

/** Whether a series is one that the stream wants to see. */
export function passes(filter: Filter, [metric, agent]: SeriesName): boolean {
  if (filter.metrics.size > 0 && !filter.metrics.has(metric)) return false
  return filter.agents.size === 0 || (agent !== null && filter.agents.has(agent))
}
