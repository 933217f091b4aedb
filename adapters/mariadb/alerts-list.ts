import { formatPosition } from '@streamgauge/core/position.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import type { Param, Queryable } from './pool.ts'

/** What to list; empty lists mean all. */
export interface AlertsAsk {
  readonly tenantId: number
  /** States that the transition led to. */
  readonly states: readonly string[]
  readonly rules: readonly number[]
  readonly agents: readonly string[]
  readonly metrics: readonly string[]
  /** Transitions at or after this time, epoch ms. */
  readonly from: number | undefined
  /** Transitions before this time. */
  readonly to: number | undefined
  /** Only what fires now, or has no data: the last transition of each such instance. */
  readonly firing: boolean
  /** Ids below this one. */
  readonly before: number | undefined
  readonly limit: number
}

type Stored = Omit<Transition, 'series' | 'position'> & {
  readonly metric: string
  readonly agent: string | null
  readonly tags: string
  readonly partition: number
  readonly offset: number
}

const columns = `alerts.id, alerts.rule_id, rule_name, severity, metric_name AS metric, agent_id AS agent,
  CAST(tags AS CHAR) AS tags, from_state AS \`from\`, to_state AS \`to\`, reason, value, threshold, at,
  alerts.topic_partition AS \`partition\`, position AS \`offset\``
const now = `alert_states JOIN alerts ON alerts.id = alert_states.alert_id`

/** Transitions of a tenant, newest first. */
export async function listAlerts(db: Queryable, ask: AlertsAsk): Promise<Transition[]> {
  const where: string[] = []
  const params: Param[] = []
  const add = (sql: string, ...values: Param[]): void => {
    where.push(sql)
    params.push(...values)
  }
  if (ask.firing) {
    add("alert_states.tenant_id = ? AND alert_states.state IN ('FIRING', 'NO_DATA')", ask.tenantId)
  } else add('alerts.tenant_id = ?', ask.tenantId)
  for (const [column, values] of [
    ['to_state', ask.states],
    ['alerts.rule_id', ask.rules],
    ['agent_id', ask.agents],
    ['metric_name', ask.metrics],
  ] as const) {
    if (values.length > 0) add(`${column} IN ?`, [values])
  }
  if (ask.from !== undefined) add('at >= ?', ask.from)
  if (ask.to !== undefined) add('at < ?', ask.to)
  if (ask.before !== undefined) add('alerts.id < ?', ask.before)
  const rows = await db.query<Stored>(
    `SELECT ${columns} FROM ${ask.firing ? now : 'alerts'} WHERE ${where.join(' AND ')}
     ORDER BY alerts.id DESC LIMIT ?`,
    [...params, ask.limit],
  )
  return rows.map(({ metric, agent, tags, partition, offset, ...row }) => ({
    ...row,
    series: [metric, agent, JSON.parse(tags)],
    position: formatPosition({ partition, offset }),
  }))
}
