import type { Connection, Param, Queryable } from './pool.ts'

const rowsAtOnce = 1_000

/** What must outlive its time. */
export interface StillNeeded {
  /** Transitions: the last one, and the last told one, of every instance that isn't OK. */
  readonly alerts: ReadonlySet<number>
  /** Messages that others wait for. */
  readonly deliveries: ReadonlySet<number>
}

export async function readStillNeeded(db: Queryable): Promise<StillNeeded> {
  const states = await db.query<{ last: number | null; told: string | null }>(
    `SELECT alert_id AS last, JSON_VALUE(data, '$.toldId') AS told FROM alert_states WHERE state <> 'OK'`,
  )
  const waiting = await db.query<{ first: number }>(
    `SELECT after_delivery AS first FROM deliveries WHERE status = 'pending' AND after_delivery IS NOT NULL`,
  )
  const alerts = states.flatMap(({ last, told }) => [last, told === null ? null : Number(told)])
  return {
    alerts: new Set(alerts.filter((id) => id !== null)),
    deliveries: new Set(waiting.map(({ first }) => first)),
  }
}

/**
 * Deletes messages made before `before`, epoch ms, with the log of their tries; answers how many. None that is pending,
 * or that what is told later still refers to.
 */
export function pruneDeliveries(
  connection: Connection,
  before: number,
  needed: StillNeeded,
): Promise<number> {
  return page<{ alertId: number | null; status: string }>(connection, {
    columns: 'alert_id AS alertId, status',
    ...{ table: 'deliveries', before },
    isFree: ({ id, alertId, status }) =>
      status !== 'pending' && !needed.deliveries.has(id) && !(alertId !== null && needed.alerts.has(alertId)),
    async remove(ids) {
      await connection.begin()
      // Somebody may have asked for one once more meanwhile.
      const gone = await connection.query<{ id: number }>(
        `DELETE FROM deliveries WHERE id IN ? AND status <> 'pending' RETURNING id`,
        [[ids]],
      )
      if (gone.length > 0)
        await connection.execute('DELETE FROM delivery_attempts WHERE delivery_id IN ?', [
          [gone.map(({ id }) => id)],
        ])
      await connection.commit()
      return gone.length
    },
  })
}

/** Deletes transitions recorded before `before` that are published, that no instance needs, and of which no message tells. */
export function pruneAlerts(connection: Connection, before: number, needed: StillNeeded): Promise<number> {
  return page<{ publishedAt: number | null }>(connection, {
    columns: 'published_at AS publishedAt',
    ...{ table: 'alerts', before },
    isFree: ({ id, publishedAt }) => publishedAt !== null && !needed.alerts.has(id),
    async remove(ids) {
      const { affectedRows } = await connection.execute(
        `DELETE FROM alerts WHERE id IN ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE alert_id = alerts.id)`,
        [[ids]],
      )
      return affectedRows
    },
  })
}

/** Deletes versions of rules that ended before `before`. */
export async function pruneRuleVersions(connection: Connection, before: number): Promise<number> {
  for (let pruned = 0; ; ) {
    const { affectedRows } = await connection.execute(
      'DELETE FROM alert_rule_versions WHERE ended_at < ? LIMIT ?',
      [before, rowsAtOnce],
    )
    pruned += affectedRows
    if (affectedRows < rowsAtOnce) return pruned
  }
}

interface Pruning<T> {
  readonly table: string
  readonly columns: string
  readonly before: number
  readonly isFree: (row: T & { readonly id: number }) => boolean
  /** Answers how many are gone. */
  readonly remove: (ids: readonly number[]) => Promise<number>
}

/** From the lowest id up to the first row that is young enough: ids rise with time, so no row is read that stays young. */
async function page<T extends object>(
  db: Queryable,
  { table, columns, before, isFree, remove }: Pruning<T>,
): Promise<number> {
  let pruned = 0
  for (let after = 0; ; ) {
    const rows = await db.query<T & { id: number; createdAt: number }>(
      `SELECT id, created_at AS createdAt, ${columns} FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`,
      [after, rowsAtOnce] satisfies Param[],
    )
    const young = rows.findIndex(({ createdAt }) => createdAt >= before)
    const old = young < 0 ? rows : rows.slice(0, young)
    const free = old.filter(isFree).map(({ id }) => id)
    if (free.length > 0) pruned += await remove(free)
    if (old.length < rowsAtOnce) return pruned
    after = rows[rows.length - 1].id
  }
}
