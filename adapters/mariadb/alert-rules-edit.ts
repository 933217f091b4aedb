import type { AlertRule } from '@streamgauge/core/alert-rule.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Connection, Database, Param, Queryable } from './pool.ts'
import { lockTenant } from './tenants.ts'

/** A rule as stored. Times are epoch ms. */
export interface KeptAlertRule extends AlertRule {
  readonly id: number
  /** Counts the edits from 1. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** Why a rule can't be stored. */
export type RuleRefusal =
  | { readonly refused: 'limit' }
  /** It is of another version than the one that was read. */
  | { readonly refused: 'changed'; readonly version: number }
  /** Channels that the tenant doesn't have. */
  | { readonly refused: 'channels'; readonly unknown: readonly number[] }

type Stored = Omit<KeptAlertRule, 'tags' | 'channels' | 'enabled'> & {
  readonly tags: string
  readonly channels: string
  readonly enabled: number
}

// Whether a driver parses JSON columns depends on what the server tells about them; text is text.
const select = `SELECT id, name, metric_name AS metricName, operator, threshold, duration_ms AS durationMs,
  agent_id AS agentId, CAST(tags AS CHAR) AS tags, keep_firing_ms AS keepFiringMs, clear_threshold AS clearThreshold,
  no_data AS noData, severity, CAST(channels AS CHAR) AS channels, enabled, version, created_at AS createdAt,
  updated_at AS updatedAt FROM alert_rules`
const settable = [
  ...['name', 'metric_name', 'operator', 'threshold', 'duration_ms', 'agent_id', 'tags'],
  ...['keep_firing_ms', 'clear_threshold', 'no_data', 'severity', 'channels', 'enabled'],
]

/** Rules of a tenant by id, after `after`; deleted ones are left out. */
export async function listAlertRules(
  db: Queryable,
  tenantId: number,
  page: { after: number; limit: number },
): Promise<KeptAlertRule[]> {
  const rows = await db.query<Stored>(
    `${select} WHERE tenant_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    [tenantId, page.after, page.limit],
  )
  return rows.map(readRule)
}

export async function findAlertRule(
  db: Queryable,
  { tenantId, id }: { tenantId: number; id: number },
): Promise<KeptAlertRule | undefined> {
  const [row] = await db.query<Stored>(`${select} WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL`, [
    tenantId,
    id,
  ])
  return row && readRule(row)
}

export function createAlertRule(
  database: Database,
  tenantId: number,
  rule: AlertRule,
  now: number,
): Promise<KeptAlertRule | RuleRefusal> {
  return database.transaction(async (connection) => {
    await lockTenant(connection, tenantId)
    const [{ count }] = await connection.query<{ count: number }>(
      'SELECT COUNT(*) AS count FROM alert_rules WHERE tenant_id = ? AND deleted_at IS NULL',
      [tenantId],
    )
    if (count >= limits.rulesPerTenant) return { refused: 'limit' }
    const unknown = await unknownChannels(connection, tenantId, rule.channels)
    if (unknown.length > 0) return { refused: 'channels', unknown }
    const { insertId } = await connection.execute(
      `INSERT INTO alert_rules (tenant_id, ${settable.join(', ')}, created_at, updated_at)
       VALUES (?, ${settable.map(() => '?').join(', ')}, ?, ?)`,
      [tenantId, ...valuesOf(rule), now, now],
    )
    return { ...rule, id: insertId, version: 1, createdAt: now, updatedAt: now }
  })
}

/** Puts another rule in the place of one; undefined when there is none. `version`: only where it is still that one. */
export function changeAlertRule(
  database: Database,
  { tenantId, id, version }: { tenantId: number; id: number; version: number | undefined },
  rule: AlertRule,
  now: number,
): Promise<KeptAlertRule | RuleRefusal | undefined> {
  return database.transaction(async (connection) => {
    await lockTenant(connection, tenantId)
    const old = await findAlertRule(connection, { tenantId, id })
    if (!old) return undefined
    if (version !== undefined && version !== old.version) return { refused: 'changed', version: old.version }
    const unknown = await unknownChannels(connection, tenantId, rule.channels)
    if (unknown.length > 0) return { refused: 'channels', unknown }
    // Where the clock went back, the new version still doesn't begin before the old one.
    const updatedAt = Math.max(now, old.updatedAt)
    await keepVersion(connection, id, updatedAt)
    await connection.execute(
      `UPDATE alert_rules SET ${settable.map((column) => `${column} = ?`).join(', ')}, version = version + 1,
         updated_at = ? WHERE id = ?`,
      [...valuesOf(rule), updatedAt, id],
    )
    return { ...rule, id, version: old.version + 1, createdAt: old.createdAt, updatedAt }
  })
}

/** Deletes a rule; its row stays, for what was told of it. Idempotent; false when the tenant never had it. */
export function deleteAlertRule(
  database: Database,
  { tenantId, id }: { tenantId: number; id: number },
  now: number,
): Promise<boolean> {
  return database.transaction(async (connection) => {
    await lockTenant(connection, tenantId)
    const rule = await findAlertRule(connection, { tenantId, id })
    if (!rule) {
      const [row] = await connection.query('SELECT 1 FROM alert_rules WHERE tenant_id = ? AND id = ?', [
        tenantId,
        id,
      ])
      return row !== undefined
    }
    const deletedAt = Math.max(now, rule.updatedAt)
    await keepVersion(connection, id, deletedAt)
    await connection.execute('UPDATE alert_rules SET deleted_at = ? WHERE id = ?', [deletedAt, id])
    return true
  })
}

/** Keeps what a rule says, before it changes: points received before that may be read later. */
async function keepVersion(connection: Connection, id: number, endedAt: number): Promise<void> {
  await connection.execute(
    `INSERT INTO alert_rule_versions (rule_id, version, tenant_id, ${settable.join(', ')}, updated_at, ended_at)
     SELECT id, version, tenant_id, ${settable.join(', ')}, updated_at, ? FROM alert_rules WHERE id = ?`,
    [endedAt, id],
  )
}

async function unknownChannels(
  connection: Connection,
  tenantId: number,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await connection.query<{ id: number }>(
    'SELECT id FROM channels WHERE tenant_id = ? AND deleted_at IS NULL AND id IN ?',
    [tenantId, [ids]],
  )
  const known = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !known.has(id))
}

/** In the order of `settable`. */
function valuesOf(rule: AlertRule): Param[] {
  return [
    ...[rule.name, rule.metricName, rule.operator, rule.threshold, rule.durationMs, rule.agentId],
    ...[JSON.stringify(rule.tags), rule.keepFiringMs, rule.clearThreshold, rule.noData, rule.severity],
    ...[JSON.stringify(rule.channels), rule.enabled],
  ]
}

function readRule({ tags, channels, enabled, ...row }: Stored): KeptAlertRule {
  return { ...row, tags: JSON.parse(tags), channels: JSON.parse(channels), enabled: enabled === 1 }
}
