import { startChild } from '../child.ts'
import type { Line, Row } from '../line.ts'
import type { RulesAsk, RulesCost } from '../load/rules.ts'
import { repeat } from '../rounds.ts'
import { median } from '../stats.ts'

const count = 1_000
const rounds = 3

const sights = [
  {
    id: 'rules',
    about: 'own',
    records: 200,
    title: 'Alert engine, 1,000 rules about one each of 1,000 series',
  },
  { id: 'rules-every', about: 'every', records: 5, title: '— the same, every rule about every series' },
] as const

/** CPU seconds of the alert engine by itself for a million points, beside what reading them alone takes. */
export const rules: Line = {
  name: 'rules',
  async measure({ installation: { databaseUrl }, say }) {
    const measured = sights.map(() => [] as RulesCost[])
    const alone: number[] = []
    await repeat(rounds, say, async () => {
      alone.push((await cost('parse', sights[0].records)).cpuPerMillion)
      for (const [i, { about, records }] of sights.entries()) measured[i].push(await cost(about, records))
    })
    return sights.map(({ id, title }, i): Row => {
      const held = median(measured[i].map(({ megabytes }) => megabytes)).toFixed(0)
      return {
        id,
        title,
        unit: 'CPU s/M points',
        rounds: measured[i].map(({ cpuPerMillion }) => cpuPerMillion),
        ceiling: { what: 'bare JSON.parse of the same records', rounds: alone },
        note: `rules and states hold ${held} MB`,
      }
    })

    /** In a process of its own: what it holds is its alone. */
    async function cost(about: RulesAsk['about'], records: number): Promise<RulesCost> {
      using child = startChild<RulesAsk, RulesCost>('load/rules.ts', { execArgv: ['--expose-gc'] })
      return await child.ask({ databaseUrl, count, about, records })
    }
  },
}
