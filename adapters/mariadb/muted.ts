import { farewellMs } from '@streamgauge/core/agent-status.ts'
import type { DeliveryStatus, WaitingDelivery } from './deliveries.ts'
import type { Database, Queryable } from './pool.ts'

/**
 * Since when the enrolled agent `g` is offline; null where it is not, as where a point of the series of the alert `a`
 * lies later than its goodbye: somebody speaks for it.
 */
export const offlineSince = `IF(g.status = 'offline' AND NOT EXISTS (
    SELECT 1 FROM metrics_raw WHERE series_id = a.series_id AND ts > g.status_at + ${farewellMs}), g.status_at, NULL)`

/**
 * The last message before the end of an alert, from `id` on backwards, that was not muted; undefined: nobody was told
 * that it began.
 */
export async function findTold(
  db: Queryable,
  id: number,
): Promise<Pick<WaitingDelivery, 'afterStatus' | 'afterMessageId'> | undefined> {
  const [row] = await db.query<{ afterStatus: DeliveryStatus; afterMessageId: string }>(
    `WITH RECURSIVE chain AS (
       SELECT id, after_delivery, kind, status, message_id FROM deliveries WHERE id = ?
       UNION ALL
       SELECT d.id, d.after_delivery, d.kind, d.status, d.message_id FROM deliveries d
       JOIN chain ON d.id = chain.after_delivery WHERE chain.status = 'muted' AND d.kind <> 'resolved'
     ) SELECT status AS afterStatus, message_id AS afterMessageId FROM chain ORDER BY id LIMIT 1`,
    [id],
  )
  return row === undefined || row.afterStatus === 'muted' ? undefined : row
}

/**
 * Has told what was muted while an agent was offline, where the agent is back and it still fires; answers how many
 * messages. The row of its state is held meanwhile, so that its end can only come after it.
 */
export async function unmute(db: Database, now: number): Promise<number> {
  const muted = await db.query<{ id: number; alertId: number; ruleId: number; seriesId: number }>(
    `SELECT d.id, a.id AS alertId, a.rule_id AS ruleId, a.series_id AS seriesId
     FROM tenants t
       STRAIGHT_JOIN alert_states s ON s.tenant_id = t.id AND s.state = 'FIRING'
       STRAIGHT_JOIN alerts a ON a.id = s.alert_id
       STRAIGHT_JOIN deliveries d ON d.alert_id = a.id AND d.status = 'muted'
       STRAIGHT_JOIN agents g ON g.tenant_id = a.tenant_id AND g.agent_id = a.agent_id AND g.revoked_at IS NULL
     -- The last point that the rule has seen costs nothing to look at; those of a fleet that is gone are many.
     WHERE (NOT g.status <=> 'offline' OR JSON_VALUE(s.data, '$.instance.last') > g.status_at + ${farewellMs})
       AND ${offlineSince} IS NULL`,
  )
  let count = 0
  for (const { id, alertId, ruleId, seriesId } of muted)
    count += await db.transaction(async (connection) => {
      const [state] = await connection.query<{ alertId: number }>(
        'SELECT alert_id AS alertId FROM alert_states WHERE rule_id = ? AND series_id = ? FOR UPDATE',
        [ruleId, seriesId],
      )
      if (state?.alertId !== alertId) return 0
      const { affectedRows } = await connection.execute(
        `UPDATE deliveries SET status = 'pending', next_at = ?, last_error = NULL, settled_at = NULL
         WHERE id = ? AND status = 'muted'`,
        [now, id],
      )
      return affectedRows
    })
  return count
}
