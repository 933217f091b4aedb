import type { SeriesName, Tags } from '@streamgauge/core/batch.ts'
import type { Param, Queryable } from './pool.ts'

/** A series of the dictionary. */
export interface ListedSeries {
  readonly id: number
  readonly name: SeriesName
}

/** What to list; empty lists of metrics and agents mean all. */
export interface SeriesAsk {
  readonly tenantId: number
  readonly metrics?: readonly string[]
  readonly agents?: readonly string[]
  /** Tags that a series must carry. */
  readonly tags?: Tags
  /** Only series that belong to some agent. */
  readonly withAgent?: boolean
  /** Ids above this one. */
  readonly after: number
  readonly limit: number
}

interface Stored {
  id: number
  metric_name: string
  agent_id: string | null
  tags: string
}

/** Series of a tenant in the order of their ids. */
export async function listSeries(db: Queryable, ask: SeriesAsk): Promise<ListedSeries[]> {
  const { where, params } = matching(ask)
  // Whether a driver parses JSON columns depends on what the server tells about them; text is text.
  const rows = await db.query<Stored>(
    `SELECT id, metric_name, agent_id, CAST(tags AS CHAR) AS tags FROM series WHERE ${where} ORDER BY id LIMIT ?`,
    [...params, ask.limit],
  )
  return rows.map((row) => ({
    id: row.id,
    name: [row.metric_name, row.agent_id, JSON.parse(row.tags) as Tags],
  }))
}

/** How many there are, whatever the limit. */
export async function countListed(db: Queryable, ask: SeriesAsk): Promise<number> {
  const { where, params } = matching(ask)
  const [row] = await db.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM series WHERE ${where}`,
    params,
  )
  return row.count
}

function matching(ask: SeriesAsk): { where: string; params: Param[] } {
  const where = ['tenant_id = ?', 'id > ?']
  const params: Param[] = [ask.tenantId, ask.after]
  for (const [column, values] of [
    ['metric_name', ask.metrics],
    ['agent_id', ask.agents],
  ] as const) {
    if (!values || values.length === 0) continue
    where.push(`${column} IN ?`)
    params.push([values])
  }
  if (ask.tags && Object.keys(ask.tags).length > 0) {
    where.push('JSON_CONTAINS(tags, ?)')
    params.push(JSON.stringify(ask.tags))
  }
  if (ask.withAgent) where.push('agent_id IS NOT NULL')
  return { where: where.join(' AND '), params }
}
