import type { Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import type { FastifyRequest } from 'fastify'

/** The tenant in the route of a request that `requireScope` has let in. */
export function ensureTenant(request: FastifyRequest): Tenant {
  invariant(request.tenant, 'a route with :tenant has the hook of requireScope')
  return request.tenant
}
