import type { Budget, Row, Unit } from '../line.ts'
import { type Spread, spreadOf } from '../stats.ts'

/** A number with as many digits as it deserves. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'points/s') return `${Math.round(value / 1000)}k`
  if (unit === 'MB' || unit === 'processes') return value.toFixed(0)
  if (unit === 'ms') return value.toFixed(value < 100 ? 1 : 0)
  return value.toFixed(2)
}

export function formatSpread({ min, max }: Spread, unit: Unit): string {
  return `${formatValue(min, unit)} – ${formatValue(max, unit)}`
}

/** Measured ÷ ceiling: a share where more is better, a multiple elsewhere. */
export function formatRatio(ratio: number, unit: Unit): string {
  return unit === 'points/s' ? `${(ratio * 100).toFixed(1)} %` : `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`
}

export function formatBudget(budget: Budget | undefined, unit: Unit): string {
  if (!budget) return ''
  if (budget.of === 'ratio') return `≥ ${Math.round((budget.least ?? 0) * 100)} % of the ceiling`
  const [sign, limit] = budget.most === undefined ? ['≥', budget.least ?? 0] : ['≤', budget.most]
  const number = unit === 'points/s' ? formatValue(limit, unit) : String(limit)
  return `${sign} ${number} ${unit}${budget.of === 'worst' ? ' at worst' : ''}`
}

/** Measured ÷ ceiling, round by round where rounds of both belong together; undefined without a ceiling to speak of. */
export function ratioOf({ rounds, ceiling }: Row): Spread | undefined {
  if (!ceiling) return undefined
  const whole = spreadOf(ceiling.rounds)
  if (!(whole.min > 0)) return undefined
  const isPaired = ceiling.rounds.length === rounds.length
  return spreadOf(rounds.map((value, i) => value / (isPaired ? ceiling.rounds[i] : whole.median)))
}

/** Whether a row keeps its budget; undefined when it has none. */
export function isMet(row: Row): boolean | undefined {
  const { budget } = row
  if (!budget) return undefined
  const spread = budget.of === 'ratio' ? ratioOf(row) : spreadOf(row.rounds)
  if (!spread) return false
  const isWorst = budget.of === 'worst'
  if (budget.most !== undefined) return (isWorst ? spread.max : spread.median) <= budget.most
  return (isWorst ? spread.min : spread.median) >= (budget.least ?? 0)
}

/** One row in one line, for the terminal. */
export function summary(row: Row): string {
  const spread = spreadOf(row.rounds)
  const ratio = ratioOf(row)
  const parts = [`${formatValue(spread.median, row.unit)} ${row.unit} (${formatSpread(spread, row.unit)})`]
  if (ratio) parts.push(`${formatRatio(ratio.median, row.unit)} of its ceiling`)
  const met = isMet(row)
  if (met !== undefined) parts.push(`${formatBudget(row.budget, row.unit)}: ${met ? 'met' : 'MISSED'}`)
  return parts.join(', ')
}
