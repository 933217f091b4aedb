import { startChild } from '../child.ts'
import type { Line, Row } from '../line.ts'
import type { RulesAsk, RulesCost } from '../load/rules.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'
import { median } from '../stats.ts'

const count = 1_000
const rounds = 3
/** Of a record a second: so often is written at the most where nothing is told. */
const recordsStored = 60
/** Beyond those of any topic: no pipeline works on it. */
let nextPartition = 1_000

const sights = [
  {
    id: 'rules',
    about: 'own',
    records: 200,
    title: 'Alert engine, 1,000 rules about one each of 1,000 series',
  },
  { id: 'rules-every', about: 'every', records: 5, title: '— the same, every rule about every series' },
] as const

/** CPU seconds of the alert engine for a million points, by itself beside what reading them takes, and with its store. */
export const rules: Line = {
  name: 'rules',
  async measure({ installation, say }) {
    const measured = sights.map(() => [] as RulesCost[])
    const alone: number[] = []
    const stored: { cost: RulesCost; mariadb: number }[] = []
    await repeat(rounds, say, async () => {
      alone.push((await cost('parse', sights[0].records)).cpuPerMillion)
      for (const [i, { about, records }] of sights.entries()) measured[i].push(await cost(about, records))
      stored.push(await costStored())
    })
    const engine = sights.map(({ id, title }, i): Row => {
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
    const [{ cost: last, mariadb }] = stored.slice(-1)
    const each = `${last.statesPerRecord.toFixed(0)} states and ${last.alertsPerRecord.toFixed(0)} transitions`
    return [
      ...engine,
      {
        id: 'rules-stored',
        title: '— about one each, with the store, written for each record of 1,000 points',
        unit: 'CPU s/M points',
        rounds: stored.map((one) => one.cost.cpuPerMillion + one.mariadb),
        note: `${mariadb.toFixed(2)} of it MariaDB in the last round; a record changes ${each}`,
      },
    ]

    /** In a process of its own: what it holds is its alone. */
    async function cost(
      about: RulesAsk['about'],
      records: number,
      store?: RulesAsk['store'],
    ): Promise<RulesCost> {
      using child = startChild<RulesAsk, RulesCost>('load/rules.ts', { execArgv: ['--expose-gc'] })
      return await child.ask({ databaseUrl: installation.databaseUrl, count, about, records, store })
    }

    async function costStored(): Promise<{ cost: RulesCost; mariadb: number }> {
      const pid = installation.pid('mariadb')
      const before = cpuSeconds(pid)
      const one = await cost('own', recordsStored, { partition: nextPartition++ })
      return { cost: one, mariadb: ((cpuSeconds(pid) - before) / (recordsStored * count)) * 1e6 }
    }
  },
}
