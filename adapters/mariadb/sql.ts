import type { Param } from './pool.ts'

/** Longer IN lists are turned into a join by MariaDB (`in_predicate_conversion_threshold`), with another plan. */
const listLength = 900

/** A condition over keys that begin with a tenant, and its parameters. */
export interface KeyCondition {
  readonly sql: string
  readonly params: Param[]
}

/** One thing of a tenant, named by 16 bytes. */
export interface TenantKey {
  readonly tenantId: number
  readonly id: Buffer
}

/** `(tenant_id = 1 AND column IN (…)) OR …`, in as many conditions as the keys need. */
export function keyConditions(column: string, keys: readonly TenantKey[]): KeyCondition[] {
  const conditions: KeyCondition[] = []
  for (let from = 0; from < keys.length; from += listLength) {
    const byTenant = Map.groupBy(keys.slice(from, from + listLength), ({ tenantId }) => tenantId)
    const parts = Array.from(byTenant, () => `(tenant_id = ? AND ${column} IN (?))`)
    const params = Array.from(byTenant, ([tenantId, list]) => [tenantId, list.map(({ id }) => id)]).flat()
    conditions.push({ sql: `(${parts.join(' OR ')})`, params: params as Param[] })
  }
  return conditions
}

/** A map key for 16 bytes: one character each, the cheapest text there is. */
export function textOf(id: Buffer): string {
  return id.toString('latin1')
}
