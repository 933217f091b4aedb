import { setTimeout as sleep } from 'node:timers/promises'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { findTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { invariant } from '@streamgauge/core/invariant.ts'

export interface StoredAlert {
  readonly id: number
  readonly rule: number
  readonly metric: string
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly value: number | null
  readonly at: number
  readonly position: number
  readonly published: number | null
}

/** Puts a rule `cpu > 90`, unless said otherwise, into the table; answers its id. */
export async function insertRule(
  db: Queryable,
  tenant: string,
  more: Partial<AlertRuleVersion> = {},
): Promise<number> {
  const rule = {
    ...{ name: 'hot', metricName: 'cpu', operator: '>', threshold: 90, durationMs: 10_000, agentId: null },
    ...{
      tags: {},
      keepFiringMs: 0,
      clearThreshold: null,
      noData: 'keep',
      severity: 'critical',
      channels: [],
    },
    ...more,
  }
  const now = Date.now()
  const { insertId } = await db.execute(
    `INSERT INTO alert_rules (tenant_id, name, metric_name, operator, threshold, duration_ms, agent_id, tags,
       keep_firing_ms, clear_threshold, no_data, severity, channels, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[await tenantId(db, tenant), rule.name, rule.metricName, rule.operator, rule.threshold],
      ...[rule.durationMs, rule.agentId, JSON.stringify(rule.tags), rule.keepFiringMs, rule.clearThreshold],
      ...[rule.noData, rule.severity, JSON.stringify(rule.channels), now, now],
    ],
  )
  return insertId
}

export async function insertChannel(db: Queryable, tenant: string): Promise<number> {
  const { insertId } = await db.execute(
    "INSERT INTO channels (tenant_id, name, type, url, created_at) VALUES (?, 'hook', 'webhook', 'http://hook.test', ?)",
    [await tenantId(db, tenant), Date.now()],
  )
  return insertId
}

async function tenantId(db: Queryable, name: string): Promise<number> {
  const tenant = await findTenant(db, name)
  invariant(tenant, `there is no tenant ${name}`)
  return tenant.id
}

/** Every transition, in the order of their ids. */
export function storedAlerts(db: Queryable): Promise<StoredAlert[]> {
  return db.query<StoredAlert>(
    `SELECT id, rule_id AS rule, metric_name AS metric, from_state AS \`from\`, to_state AS \`to\`, reason, value, at,
       position, published_at AS published FROM alerts ORDER BY id`,
  )
}

/** Waits until there are so many transitions; answers all there are. */
export async function alertsAtLeast(db: Queryable, count: number): Promise<StoredAlert[]> {
  for (;;) {
    const alerts = await storedAlerts(db)
    if (alerts.length >= count) return alerts
    await sleep(20)
  }
}
