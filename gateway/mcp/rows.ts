import type { History } from '../query/history.ts'

type Batch = History['batch']

/** A series of an answer as a person reads it. */
export interface SeriesRows {
  readonly summary: Summary
  /** Each a time (RFC 3339) and the values that `columns` names. */
  readonly rows: readonly (readonly [string, ...number[]])[]
}

export interface Summary {
  /** Points that it is about; null for the line of several series. */
  readonly count: number | null
  readonly mean: number | null
  readonly min: number | null
  readonly max: number | null
  readonly first: number | null
  readonly last: number | null
}

/** The columns of an answer as rows for each series, in the order of `batch.series`, with what they come to. */
export function rowsOf(batch: Batch, aggregate?: string): { columns: string[]; series: SeriesRows[] } {
  const places: number[][] = batch.series.map(() => [])
  for (let i = 0; i < batch.s.length; i++) places[batch.s[i]].push(i)
  const { min, max } = batch
  const spread = aggregate === undefined && min && max ? [min, max] : []
  const summarize = aggregate !== undefined ? ofLine : batch.sum ? ofWindows : ofPoints
  return {
    columns: [
      'time',
      aggregate ?? (spread.length > 0 ? 'mean' : 'value'),
      ...(spread.length > 0 ? ['min', 'max'] : []),
    ],
    series: places.map((own) => ({
      summary: own.length === 0 ? nothing : summarize(batch, own),
      rows: own.map((i) => [
        new Date(batch.t[i]).toISOString(),
        batch.x[i],
        ...spread.map((column) => column[i]),
      ]),
    })),
  }
}

const nothing: Summary = { count: 0, mean: null, min: null, max: null, first: null, last: null }

/** Single points, all of them. */
function ofPoints(batch: Batch, own: readonly number[]): Summary {
  const total = own.reduce((sum, i) => sum + batch.x[i], 0)
  return { ...ofLine(batch, own), count: own.length, mean: total / own.length }
}

function ofWindows(
  { count = [], sum = [], min = [], max = [], first = [], last = [] }: Batch,
  own: readonly number[],
): Summary {
  const of = (column: readonly number[]) => own.map((i) => column[i])
  const points = of(count).reduce((a, b) => a + b, 0)
  const total = of(sum).reduce((a, b) => a + b, 0)
  return { count: points, mean: total / points, ...ends(of(min), of(max), of(first), of(last)) }
}

/** The line of several series: what its points were made of is no longer known. */
function ofLine({ x }: Batch, own: readonly number[]): Summary {
  const values = own.map((i) => x[i])
  return { count: null, mean: null, ...ends(values, values, values, values) }
}

function ends(
  mins: readonly number[],
  maxes: readonly number[],
  firsts: readonly number[],
  lasts: readonly number[],
): Pick<Summary, 'min' | 'max' | 'first' | 'last'> {
  return { min: Math.min(...mins), max: Math.max(...maxes), first: firsts[0], last: lasts.at(-1) ?? null }
}
