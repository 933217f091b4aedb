import type { AlertInstance } from '@streamgauge/core/alert.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import type { Told } from '@streamgauge/core/told.ts'
import type { Connection, Queryable } from './pool.ts'

/** What is known of a rule over a series. */
export interface AlertStateRow {
  readonly ruleId: number
  readonly seriesId: number
  readonly tenantId: number
  readonly partition: number
  /** Of the rule. */
  readonly version: number
  readonly instance: AlertInstance
  /** Ingest offset of the last point. */
  readonly offset: number
  /** The last transition. */
  readonly alertId: number | null
  readonly told: Told | undefined
}

export interface NamedAlertState extends AlertStateRow {
  readonly series: SeriesName
}

const rowsPerInsert = 1_000

/** Everything that is known in a partition. */
export async function readAlertStates(db: Queryable, partition: number): Promise<NamedAlertState[]> {
  const rows = await db.query<
    Omit<AlertStateRow, 'instance' | 'offset' | 'told'> & {
      data: string
      metric: string
      agent: string | null
      tags: string
    }
  >(
    `SELECT rule_id AS ruleId, series_id AS seriesId, alert_states.tenant_id AS tenantId,
       topic_partition AS \`partition\`, version, CAST(data AS CHAR) AS data,
       alert_id AS alertId, metric_name AS metric, agent_id AS agent, CAST(tags AS CHAR) AS tags
     FROM alert_states JOIN series ON series.id = series_id WHERE topic_partition = ?`,
    [partition],
  )
  return rows.map(({ data, metric, agent, tags, ...row }) => ({
    ...row,
    ...JSON.parse(data),
    series: [metric, agent, JSON.parse(tags)],
  }))
}

export async function writeAlertStates(
  connection: Connection,
  states: readonly AlertStateRow[],
): Promise<void> {
  for (let from = 0; from < states.length; from += rowsPerInsert) {
    const values = states
      .slice(from, from + rowsPerInsert)
      .map(({ ruleId, seriesId, tenantId, partition, version, instance, offset, alertId, told }) => [
        ...[ruleId, seriesId, tenantId, partition, version, instance.state],
        ...[JSON.stringify({ instance, offset, told }), alertId],
      ])
    await connection.execute(
      `INSERT INTO alert_states
         (rule_id, series_id, tenant_id, topic_partition, version, state, data, alert_id) VALUES ?
       ON DUPLICATE KEY UPDATE topic_partition = VALUES(topic_partition), version = VALUES(version),
         state = VALUES(state), data = VALUES(data), alert_id = VALUES(alert_id)`,
      [values],
    )
  }
}

export async function deleteAlertStates(
  connection: Connection,
  keys: readonly Pick<AlertStateRow, 'ruleId' | 'seriesId'>[],
): Promise<void> {
  for (let from = 0; from < keys.length; from += rowsPerInsert) {
    const pairs = keys
      .slice(from, from + rowsPerInsert)
      .map(({ ruleId, seriesId }) => `(${ruleId}, ${seriesId})`)
    await connection.execute(`DELETE FROM alert_states WHERE (rule_id, series_id) IN (${pairs.join(', ')})`)
  }
}
