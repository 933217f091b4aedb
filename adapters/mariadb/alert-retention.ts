import type { Connection, Param, Queryable } from './pool.ts'

const rowsAtOnce = 1_000

/** What must outlive its time. */
export interface StillNeeded {
  /** Transitions: the last one, and those told last, of every instance that isn't OK. */
  readonly alerts: ReadonlySet<number>
  /** Messages that others come after. */
  readonly deliveries: ReadonlySet<number>
}

export async function readStillNeeded(db: Queryable): Promise<StillNeeded> {
  const states = await db.query<{ last: number | null; told: string | null }>(
    `SELECT alert_id AS last, CAST(JSON_EXTRACT(data, '$.told.last') AS CHAR) AS told FROM alert_states WHERE state <> 'OK'`,
  )
  const told = states.flatMap((state) => Object.values<number>(JSON.parse(state.told ?? '{}')))
  return {
    alerts: new Set([...states.flatMap(({ last }) => last ?? []), ...told]),
    deliveries: await readChains(db, told),
  }
}

/** Messages that waiting ones come after, and those that the next one about an open alert will come after. */
async function readChains(db: Queryable, told: readonly number[]): Promise<Set<number>> {
  const open = told.length > 0 ? [told as unknown as Param] : []
  const rows = await db.query<{ id: number }>(
    `WITH RECURSIVE chain AS (
       SELECT after_delivery AS id FROM deliveries
       WHERE after_delivery IS NOT NULL AND (status = 'pending'${open.length > 0 ? ' OR alert_id IN (?)' : ''})
       UNION
       SELECT after_delivery FROM deliveries JOIN chain USING (id)
       WHERE after_delivery IS NOT NULL AND kind <> 'resolved'
     ) SELECT id FROM chain`,
    open,
  )
  return new Set(rows.map(({ id }) => id))
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
