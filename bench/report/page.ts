import { readFileSync, writeFileSync } from 'node:fs'
import type { Row } from '../line.ts'
import { spreadOf } from '../stats.ts'
import { type Baseline, compare } from './baseline.ts'
import { formatBudget, formatRatio, formatSpread, formatValue, isMet, ratioOf } from './format.ts'
import type { Machine } from './machine.ts'

const page = new URL('../../docs/performance.md', import.meta.url)
const begin = '<!-- begin results: npm run bench -->'
const end = '<!-- end results -->'

export interface Report {
  readonly rows: readonly Row[]
  readonly baseline: Baseline | undefined
  readonly machine: Machine
  readonly commit: string
  readonly noise: string
  readonly when: Date
}

/** Puts the results between their marks; what people wrote around them stays. */
export function writePage(report: Report): void {
  const [before, rest] = readFileSync(page, 'utf8').split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error('docs/performance.md: the marks around the results are gone')
  writeFileSync(page, `${before}${begin}\n${results(report)}\n${end}${after}`)
}

export function results({ rows, baseline, machine, commit, noise, when }: Report): string {
  const { cpu, cores, memoryGB, kernel, node } = machine
  const kept = rows.map(isMet).filter((met) => met !== undefined)
  const head = ['line', 'budget', 'measured', 'spread', 'ceiling', 'ratio', '', 'baseline']
  const about = [
    `${when.toISOString().slice(0, 10)}, commit ${commit}: ${cpu}, ${cores} cores, ${memoryGB} GB, Linux ${kernel}, Node ${node}.`,
    `Noise: ${noise}.`,
    baseline
      ? `Baseline: ${baseline.saved.slice(0, 10)}, commit ${baseline.commit}.`
      : 'There is no baseline yet.',
    `${kept.filter(Boolean).length} of ${kept.length} budgets are met.`,
  ]
  const notes = rows.filter(({ note }) => note !== undefined).map(({ title, note }) => `- ${title}: ${note}.`)
  const table = [head, head.map(() => '---'), ...rows.map((row) => cells(row, baseline))]
  return [about.join('\n'), table.map((row) => `| ${row.join(' | ')} |`).join('\n'), notes.join('\n')].join(
    '\n\n',
  )
}

function cells(row: Row, baseline: Baseline | undefined): string[] {
  const { title, unit, rounds, ceiling, budget } = row
  const spread = spreadOf(rounds)
  const ratio = ratioOf(row)
  const met = isMet(row)
  return [
    title,
    formatBudget(budget, unit),
    `${formatValue(spread.median, unit)} ${unit}`,
    formatSpread(spread, unit),
    ceiling ? `${formatValue(spreadOf(ceiling.rounds).median, unit)} (${ceiling.what})` : '',
    ratio
      ? `${formatRatio(ratio.median, unit)} (${formatRatio(ratio.min, unit)} – ${formatRatio(ratio.max, unit)})`
      : '',
    met === undefined ? '' : met ? 'met' : '**missed**',
    compare(row, baseline),
  ]
}
