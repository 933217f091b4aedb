import type { AlertCondition } from '@streamgauge/core/alert.ts'
import type { AlertScope } from '@streamgauge/core/alert-match.ts'
import type { Queryable } from './pool.ts'

/** A rule in one of its versions, as the engine needs it. */
export interface AlertRuleVersion extends AlertCondition, AlertScope {
  readonly id: number
  readonly tenantId: number
  readonly tenant: string
  readonly name: string
  readonly severity: string
  /** Ids. */
  readonly channels: readonly number[]
  readonly enabled: boolean
  readonly version: number
  /** Epoch ms: it is about what was received from then on. */
  readonly updatedAt: number
  readonly isDeleted: boolean
}

type Row = Omit<AlertRuleVersion, 'tags' | 'channels' | 'enabled' | 'isDeleted'> & {
  readonly tags: string
  readonly channels: string
  readonly enabled: number
  readonly isDeleted: number
}

// Whether a driver parses JSON columns depends on what the server tells about them; text is text.
const said = `tenants.name AS tenant, rules.tenant_id AS tenantId, rules.name, metric_name AS metricName, operator, threshold,
  duration_ms AS durationMs, agent_id AS agentId, CAST(tags AS CHAR) AS tags, keep_firing_ms AS keepFiringMs,
  clear_threshold AS clearThreshold, no_data AS noData, severity, CAST(channels AS CHAR) AS channels, enabled, version`
const idsPerQuery = 1_000

/** Differs whenever any rule was made, changed or deleted since: versions only rise, rows only come. */
export async function alertRulesState(db: Queryable): Promise<string> {
  const [row] = await db.query(
    `SELECT COUNT(*) AS made, SUM(version) AS versions, COUNT(deleted_at) AS deleted, MAX(updated_at) AS latest
     FROM alert_rules`,
  )
  return JSON.stringify(row)
}

/** All rules there are, and deleted ones while something is still known of them. */
export async function readAlertRules(db: Queryable): Promise<AlertRuleVersion[]> {
  const rows = await db.query<Row>(
    `SELECT rules.id, ${said}, GREATEST(updated_at, COALESCE(deleted_at, 0)) AS updatedAt,
       deleted_at IS NOT NULL AS isDeleted
     FROM alert_rules AS rules JOIN tenants ON tenants.id = rules.tenant_id
     WHERE deleted_at IS NULL OR rules.id IN (SELECT rule_id FROM alert_states)
       OR rules.id IN (SELECT rule_id FROM alert_rule_versions)`,
  )
  return rows.map(readRow)
}

/** The versions before the present ones that are kept of these rules, each rule's in their order. */
export async function readRuleVersions(
  db: Queryable,
  ruleIds: readonly number[],
): Promise<AlertRuleVersion[]> {
  const found: AlertRuleVersion[] = []
  for (let from = 0; from < ruleIds.length; from += idsPerQuery) {
    const rows = await db.query<Row>(
      `SELECT rule_id AS id, ${said}, updated_at AS updatedAt, FALSE AS isDeleted
       FROM alert_rule_versions AS rules JOIN tenants ON tenants.id = rules.tenant_id
       WHERE rule_id IN ? ORDER BY rule_id, version`,
      [[ruleIds.slice(from, from + idsPerQuery)]],
    )
    found.push(...rows.map(readRow))
  }
  return found
}

function readRow({ tags, channels, enabled, isDeleted, ...row }: Row): AlertRuleVersion {
  return {
    ...row,
    tags: JSON.parse(tags),
    channels: JSON.parse(channels),
    enabled: enabled === 1,
    isDeleted: isDeleted === 1,
  }
}
