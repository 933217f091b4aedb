/** The value below which the share `q` (0 to 1) of the values lies: the nearest of them, not one in between. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  if (values.length === 0) throw new Error('nothing was measured')
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))]
}

export function median(values: readonly number[]): number {
  if (values.length % 2 === 1) return quantile(values, 0.5)
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  if (middle === 0) throw new Error('nothing was measured')
  return (sorted[middle - 1] + sorted[middle]) / 2
}

/** What several rounds of one measurement say. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(rounds: readonly number[]): Spread {
  return { median: median(rounds), min: Math.min(...rounds), max: Math.max(...rounds) }
}
