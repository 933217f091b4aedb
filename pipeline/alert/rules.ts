import {
  type AlertRuleVersion,
  alertRulesState,
  readAlertRules,
  readRuleVersions,
} from '@streamgauge/adapters/mariadb/alert-rules.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { isAbout } from '@streamgauge/core/alert-match.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'

/** Versions of a rule that are remembered: what was received before a change is held against the one before it. */
const mostVersions = 100

/** A rule with its versions, in their order; at least one. */
export interface Rule {
  readonly id: number
  readonly tenant: string
  versions: readonly AlertRuleVersion[]
}

/** Rules of a tenant about a metric: those that name an agent, and those for all. */
interface OfMetric {
  readonly byAgent: Map<string, Rule[]>
  readonly others: Rule[]
}

/** The rules of all tenants as last read. */
export class RuleBook {
  readonly #db: Queryable
  readonly #rules = new Map<number, Rule>()
  #byMetric = new Map<string, Map<string, OfMetric>>()
  #state = ''
  #generation = 0

  constructor(db: Queryable) {
    this.#db = db
  }

  /** Rises with every change. */
  get generation(): number {
    return this.#generation
  }

  /** Reads what has changed, with one cheap question when nothing has; `anew` reads all the same. */
  async refresh(anew = false): Promise<void> {
    const state = await alertRulesState(this.#db)
    if (state === this.#state && !anew) return
    const latest = await readAlertRules(this.#db)
    const behind = latest.filter((version) => this.#lacks(version)).map(({ id }) => id)
    this.take(latest, await readRuleVersions(this.#db, behind))
    this.#state = state
  }

  /** Takes the present versions of all rules, and of some rules those before them. */
  take(latest: readonly AlertRuleVersion[], before: readonly AlertRuleVersion[] = []): void {
    const gone = new Set(this.#rules.keys())
    const earlier = Map.groupBy(before, ({ id }) => id)
    for (const version of latest) {
      gone.delete(version.id)
      const rule = this.#rules.get(version.id) ?? { id: version.id, tenant: version.tenant, versions: [] }
      const known = turnOf(rule.versions.at(-1))
      if (known === turnOf(version)) continue
      const between = (earlier.get(version.id) ?? []).filter(
        (one) => turnOf(one) > known && turnOf(one) < turnOf(version),
      )
      rule.versions = [...rule.versions, ...between, version].slice(-mostVersions)
      this.#rules.set(version.id, rule)
    }
    for (const id of gone) this.#rules.delete(id)
    this.#byMetric = indexOf(this.#rules.values())
    this.#generation++
  }

  get(id: number): Rule | undefined {
    return this.#rules.get(id)
  }

  /** Somebody there has a rule. */
  has(tenant: string): boolean {
    return this.#byMetric.has(tenant)
  }

  /** Rules that are about a series in one of their versions. */
  of(tenant: string, series: SeriesName): readonly Rule[] {
    const [metric, agent] = series
    const found = this.#byMetric.get(tenant)?.get(metric)
    if (!found) return []
    const own = agent === null ? undefined : found.byAgent.get(agent)
    const rules = own ? [...found.others, ...own] : found.others
    return rules.filter(({ versions }) => versions.some((version) => isAbout(version, series)))
  }

  /** There are versions between the one that is known and this one. */
  #lacks(version: AlertRuleVersion): boolean {
    const known = this.#rules.get(version.id)?.versions.at(-1)
    return version.version - (known?.version ?? 0) > (version.isDeleted ? 0 : 1)
  }
}

/** Counts versions; a deletion is one more, of the version that it ends. */
function turnOf(version: Pick<AlertRuleVersion, 'version' | 'isDeleted'> | undefined): number {
  return version ? 2 * version.version + (version.isDeleted ? 1 : 0) : 0
}

function indexOf(rules: Iterable<Rule>): Map<string, Map<string, OfMetric>> {
  const index = new Map<string, Map<string, OfMetric>>()
  for (const rule of rules) {
    const ofTenant = index.get(rule.tenant) ?? new Map<string, OfMetric>()
    index.set(rule.tenant, ofTenant)
    for (const metric of new Set(rule.versions.map(({ metricName }) => metricName))) {
      const ofMetric: OfMetric = ofTenant.get(metric) ?? { byAgent: new Map(), others: [] }
      ofTenant.set(metric, ofMetric)
      const agents = new Set(
        rule.versions.filter((one) => one.metricName === metric).map(({ agentId }) => agentId),
      )
      if (agents.has(null)) ofMetric.others.push(rule)
      else
        for (const agent of agents)
          if (agent !== null) ofMetric.byAgent.set(agent, [...(ofMetric.byAgent.get(agent) ?? []), rule])
    }
  }
  return index
}

/** When a rule was deleted, epoch ms: it is about nothing that was received from then on. Infinity while it is there. */
export function endOfRule({ versions }: Rule): number {
  const last = versions[versions.length - 1]
  return last.isDeleted ? last.updatedAt : Number.POSITIVE_INFINITY
}

/** The version that is about what was received then; undefined: none that is known. */
export function versionAt({ versions }: Rule, received: number): AlertRuleVersion | undefined {
  const last = versions[versions.length - 1]
  return last.updatedAt <= received ? last : versions.findLast(({ updatedAt }) => updatedAt <= received)
}
