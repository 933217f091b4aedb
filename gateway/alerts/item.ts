import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyRequest } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { tenantParams } from '../responses.ts'

/** Parameters of a route about one thing of a tenant. */
export interface ItemParams {
  readonly tenant: string
  readonly id: string
}

export const itemParams = {
  type: 'object',
  required: ['tenant', 'id'],
  properties: { ...tenantParams.properties, id: { type: 'string' } },
}

/** Which thing of which tenant a request is about; what is no number is the id of nothing. */
export function keyOf(request: FastifyRequest<{ Params: ItemParams }>): { tenantId: number; id: number } {
  const { id } = request.params
  return { tenantId: ensureTenant(request).id, id: /^\d{1,15}$/.test(id) ? Number(id) : 0 }
}

/** Throws the fault NOT_FOUND where there is nothing: `what` is the kind of thing. */
export function ensureFound<T>(
  found: T | undefined,
  what: string,
  request: FastifyRequest<{ Params: ItemParams }>,
): T {
  if (found !== undefined) return found
  throw new Fault('NOT_FOUND', `This tenant has no ${what} ${request.params.id}.`)
}
