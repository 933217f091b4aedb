import type { Connection, Queryable } from './pool.ts'

/** A tenant with the limits that are its own; null means the default of `core/limits.ts`. */
export interface Tenant {
  readonly id: number
  readonly name: string
  readonly seriesLimit: number | null
  readonly quotaPointsPerSecond: number | null
  /** Epoch ms. */
  readonly createdAt: number
}

const columns = `id, name, series_limit AS seriesLimit, quota_points_per_second AS quotaPointsPerSecond,
  created_at AS createdAt`

/** Creates a tenant; undefined when one of that name exists. */
export async function createTenant(
  db: Queryable,
  tenant: { name: string; seriesLimit?: number | null; quotaPointsPerSecond?: number | null },
  now: number,
): Promise<Tenant | undefined> {
  const { affectedRows } = await db.execute(
    `INSERT INTO tenants (name, series_limit, quota_points_per_second, created_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE id = id`,
    [tenant.name, tenant.seriesLimit ?? null, tenant.quotaPointsPerSecond ?? null, now],
  )
  return affectedRows === 0 ? undefined : findTenant(db, tenant.name)
}

export async function findTenant(db: Queryable, name: string): Promise<Tenant | undefined> {
  const [row] = await db.query<Tenant>(`SELECT ${columns} FROM tenants WHERE name = ?`, [name])
  return row
}

/** Tenants in the order of their names, after `cursor` (a name). */
export function listTenants(db: Queryable, page: { after: string; limit: number }): Promise<Tenant[]> {
  return db.query<Tenant>(`SELECT ${columns} FROM tenants WHERE name > ? ORDER BY name LIMIT ?`, [
    page.after,
    page.limit,
  ])
}

/** Until the transaction ends, nobody else changes what a tenant may have a limited number of. */
export async function lockTenant(connection: Connection, tenantId: number): Promise<void> {
  await connection.query('SELECT id FROM tenants WHERE id = ? FOR UPDATE', [tenantId])
}
