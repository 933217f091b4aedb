import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { findTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import type { Tenants } from './read-run.ts'

/** Tenant ids from MariaDB, remembered for ever: a tenant's id never changes. Unknown names are asked for each time. */
export function knownTenants(db: Queryable): Tenants {
  const ids = new Map<string, number>()
  return {
    async idsOf(names) {
      for (const name of names) {
        if (ids.has(name)) continue
        const tenant = await findTenant(db, name)
        if (tenant) ids.set(name, tenant.id)
      }
      return ids
    },
  }
}
