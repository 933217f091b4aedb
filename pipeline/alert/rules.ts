import {
  type AlertRuleVersion,
  alertRulesState,
  readAlertRules,
} from '@streamgauge/adapters/mariadb/alert-rules.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'

/** Versions of a rule that are remembered: what was received before a change is held against the one before it. */
const mostVersions = 16

/** A rule with the versions that were seen of it, in their order; at least one. */
export interface Rule {
  readonly id: number
  readonly tenant: string
  versions: readonly AlertRuleVersion[]
}

/** The rules of all tenants as last read. */
export class RuleBook {
  readonly #db: Queryable
  readonly #rules = new Map<number, Rule>()
  #byMetric = new Map<string, Map<string, Rule[]>>()
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
    this.take(await readAlertRules(this.#db))
    this.#state = state
  }

  take(latest: readonly AlertRuleVersion[]): void {
    const gone = new Set(this.#rules.keys())
    for (const version of latest) {
      gone.delete(version.id)
      const rule = this.#rules.get(version.id)
      if (!rule) {
        this.#rules.set(version.id, { id: version.id, tenant: version.tenant, versions: [version] })
        continue
      }
      const last = rule.versions[rule.versions.length - 1]
      if (last.version === version.version && last.isDeleted === version.isDeleted) continue
      rule.versions = [...rule.versions, version].slice(-mostVersions)
    }
    for (const id of gone) this.#rules.delete(id)
    this.#byMetric = new Map()
    for (const rule of this.#rules.values()) {
      const ofTenant = this.#byMetric.get(rule.tenant) ?? new Map<string, Rule[]>()
      this.#byMetric.set(rule.tenant, ofTenant)
      for (const metric of new Set(rule.versions.map(({ metricName }) => metricName)))
        ofTenant.set(metric, [...(ofTenant.get(metric) ?? []), rule])
    }
    this.#generation++
  }

  get(id: number): Rule | undefined {
    return this.#rules.get(id)
  }

  /** Somebody there has a rule. */
  has(tenant: string): boolean {
    return this.#byMetric.has(tenant)
  }

  /** Rules that have been about a metric in one of their versions. */
  of(tenant: string, metric: string): readonly Rule[] {
    return this.#byMetric.get(tenant)?.get(metric) ?? []
  }
}

/** The version that is about what was received then; undefined: none that is known. */
export function versionAt({ versions }: Rule, received: number): AlertRuleVersion | undefined {
  const last = versions[versions.length - 1]
  return last.updatedAt <= received ? last : versions.findLast(({ updatedAt }) => updatedAt <= received)
}
