import type { Installation } from './installation.ts'

/** What a line of the table is measured in; it says how to print it. */
export type Unit = 'ms' | 's' | '%' | 'MB' | 'points/s' | 'CPU s/M points' | 'processes'

/** One row of the table. */
export interface Row {
  /** Stays the same over versions: the baseline is found by it. */
  readonly id: string
  readonly title: string
  readonly unit: Unit
  /** One value a round. */
  readonly rounds: readonly number[]
  /** What the parts below reach alone, measured in this run. */
  readonly ceiling?: { readonly what: string; readonly rounds: readonly number[] }
  readonly budget?: Budget
  /** What else was seen, in a sentence. */
  readonly note?: string
}

export interface Budget {
  readonly most?: number
  readonly least?: number
  /** What has to keep it: the median of the rounds (default), their worst, or measured ÷ ceiling. */
  readonly of?: 'median' | 'worst' | 'ratio'
}

/** What a line has to work with. */
export interface Bench {
  readonly installation: Installation
  /** Tells what is being done at the moment. */
  say(text: string): void
}

/** A part of the benchmark that runs by itself. */
export interface Line {
  /** What `npm run bench -- <filter>` looks for. */
  readonly name: string
  measure(bench: Bench): Promise<Row[]>
}
