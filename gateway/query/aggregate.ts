import type { TakeStep } from './steps.ts'

/** How the series of a metric become one line. */
export const aggregates = ['avg', 'sum', 'min', 'max', 'count'] as const
export type Aggregate = (typeof aggregates)[number]

interface Cell {
  /** Series with points in this step. */
  series: number
  /** Sum of their means. */
  means: number
  /** Of all their points. */
  min: number
  max: number
}

/** One value a step and line; `count` is how many series it was made of. */
export interface AggregateColumns {
  readonly s: number[]
  readonly t: number[]
  readonly x: number[]
  readonly count: number[]
  readonly min: number[]
  readonly max: number[]
}

/**
 * Makes one line of several series, step by step. Each series enters with its mean, so one that sends ten times as
 * often weighs as much as the others: `avg` and `sum` are of these means, `min` and `max` of all points, `count` is
 * the number of series. A series without a point in a step doesn't count in it.
 */
export class Aggregator {
  readonly #kind: Aggregate
  readonly #lineOf: (series: number) => number
  readonly #lines: Map<number, Cell>[]

  /** `lineOf` tells which of the `lines` a series belongs to. */
  constructor(kind: Aggregate, lines: number, lineOf: (series: number) => number) {
    this.#kind = kind
    this.#lineOf = lineOf
    this.#lines = Array.from({ length: lines }, () => new Map())
  }

  readonly take: TakeStep = (series, { t, count, sum, min, max }) => {
    const line = this.#lines[this.#lineOf(series)]
    const cell = line.get(t)
    const mean = sum / count
    if (!cell) {
      line.set(t, { series: 1, means: mean, min, max })
      return
    }
    cell.series++
    cell.means += mean
    cell.min = Math.min(cell.min, min)
    cell.max = Math.max(cell.max, max)
  }

  end(): AggregateColumns {
    const columns: AggregateColumns = { s: [], t: [], x: [], count: [], min: [], max: [] }
    this.#lines.forEach((cells, line) => {
      for (const [t, cell] of [...cells].sort(([a], [b]) => a - b)) {
        columns.s.push(line)
        columns.t.push(t)
        columns.x.push(valueIn(this.#kind, cell))
        columns.count.push(cell.series)
        columns.min.push(cell.min)
        columns.max.push(cell.max)
      }
    })
    return columns
  }
}

function valueIn(kind: Aggregate, { series, means, min, max }: Cell): number {
  switch (kind) {
    case 'avg':
      return means / series
    case 'sum':
      return means
    case 'min':
      return min
    case 'max':
      return max
    case 'count':
      return series
  }
}
