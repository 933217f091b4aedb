import type { AlertTransition } from '@streamgauge/core/alert.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import type { AlertRuleVersion } from './alert-rules.ts'
import type { Connection, Queryable } from './pool.ts'

/** A transition that is to be recorded, in the words of its rule. */
export interface NewAlert extends AlertTransition {
  readonly rule: AlertRuleVersion
  readonly threshold: number
  readonly seriesId: number
  readonly series: SeriesName
  readonly partition: number
  /** Ingest offset of the last point. */
  readonly offset: number
}

const rowsPerInsert = 500

/** Records transitions; answers their ids in the same order. */
export async function insertAlerts(
  connection: Connection,
  alerts: readonly NewAlert[],
  now: number,
): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < alerts.length; from += rowsPerInsert) {
    const values = alerts
      .slice(from, from + rowsPerInsert)
      .map(({ rule, series, ...alert }) => [
        ...[rule.tenantId, rule.id, rule.version, rule.name, rule.severity],
        ...[series[0], series[1], JSON.stringify(series[2]), alert.seriesId],
        ...[alert.from, alert.to, alert.reason, alert.value, alert.threshold, alert.at],
        ...[alert.partition, alert.offset, now],
      ])
    const rows = await connection.query<{ id: number }>(
      `INSERT INTO alerts (tenant_id, rule_id, rule_version, rule_name, severity, metric_name, agent_id, tags,
         series_id, from_state, to_state, reason, value, threshold, at, topic_partition, position, created_at)
       VALUES ? RETURNING id`,
      [values],
    )
    // One statement numbers its rows upwards in their order.
    ids.push(...rows.map(({ id }) => id).sort((a, b) => a - b))
  }
  return ids
}

interface AlertRow extends Omit<Transition, 'series' | 'position'> {
  readonly tenant: string
  readonly metric: string
  readonly agent: string | null
  readonly tags: string
  readonly topicPartition: number
  readonly offset: number
}

/** The first transitions of a partition that `alerts.transitions` doesn't have, each with its tenant. */
export async function unpublishedAlerts(
  db: Queryable,
  partition: number,
  limit: number,
): Promise<{ tenant: string; transition: Transition }[]> {
  const rows = await db.query<AlertRow>(
    `SELECT alerts.id, tenants.name AS tenant, rule_id, rule_name, severity, metric_name AS metric, agent_id AS agent,
       CAST(tags AS CHAR) AS tags, from_state AS \`from\`, to_state AS \`to\`, reason, value, threshold, at,
       topic_partition AS topicPartition, position AS \`offset\`
     FROM alerts JOIN tenants ON tenants.id = tenant_id
     WHERE published_at IS NULL AND topic_partition = ? ORDER BY alerts.id LIMIT ?`,
    [partition, limit],
  )
  return rows.map(({ tenant, metric, agent, tags, topicPartition, offset, ...row }) => ({
    tenant,
    transition: {
      ...row,
      series: [metric, agent, JSON.parse(tags)],
      position: formatPosition({ partition: topicPartition, offset }),
    },
  }))
}

export async function markPublished(db: Queryable, ids: readonly number[], now: number): Promise<void> {
  await db.execute('UPDATE alerts SET published_at = ? WHERE id IN (?)', [now, ids as unknown as string])
}
