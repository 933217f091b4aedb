import { readFileSync, writeFileSync } from 'node:fs'
import type { Row } from '../line.ts'
import { type Spread, spreadOf } from '../stats.ts'
import { ratioOf } from './format.ts'
import type { Machine } from './machine.ts'

const file = new URL('../baseline.json', import.meta.url)

/** What a run is compared with. */
export interface Baseline {
  readonly saved: string
  readonly commit: string
  readonly machine: Machine
  readonly rows: Readonly<Record<string, { readonly measured: Spread; readonly ratio?: Spread }>>
}

export function readBaseline(): Baseline | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Rows that were not measured stay as `before` has them. */
export function saveBaseline(
  rows: readonly Row[],
  about: Omit<Baseline, 'rows'>,
  before: Baseline | undefined,
): void {
  const kept = Object.fromEntries(
    rows.map((row) => [row.id, { measured: spreadOf(row.rounds), ratio: ratioOf(row) }]),
  )
  writeFileSync(file, `${JSON.stringify({ ...about, rows: { ...before?.rows, ...kept } }, rounded, 2)}\n`)
}

/**
 * How a row compares with the baseline, in words: by its ratio, which another machine changes little, where it has
 * one. While the rounds of the two overlap nothing can be said.
 */
export function compare(row: Row, baseline: Baseline | undefined): string {
  const before = baseline?.rows[row.id]
  if (!before) return 'new'
  const ratio = ratioOf(row)
  const [now, then] = ratio && before.ratio ? [ratio, before.ratio] : [spreadOf(row.rounds), before.measured]
  if (now.min <= then.max && then.min <= now.max) return 'same'
  const isMore = now.median > then.median
  const isBetter = isMore === (row.unit === 'points/s')
  const change = Math.abs(now.median / then.median - 1) * 100
  if (change < 0.5) return 'same'
  return `${isBetter ? 'better' : 'worse'} by ${change.toFixed(0)} %`
}

/** Four digits say all that was measured. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
