import type { Problem } from '@streamgauge/core/errors.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { Principal } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance } from 'fastify'

type Method = 'GET' | 'POST' | 'PUT'
/** Parameters of an address; a list stands for a parameter that is repeated, undefined for none. */
type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Who calls a tool, and the way to the API in that caller's name. */
export interface Caller {
  readonly principal: Principal
  /** The tenant that was named, else the token's own. Throws the fault QUERY_INVALID for an operator who names none. */
  tenant(named: string | undefined): string
  /** What a route of the API answers the caller. Throws a `Refusal`. */
  ask<T>(method: Method, path: string, more?: { query?: Query; body?: unknown }): Promise<T>
}

/** A route of the API has refused: its problem document. */
export class Refusal extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'Refusal'
    this.problem = problem
  }
}

/**
 * Asks the routes of this very server, within the process, with the token of the caller: what a tool may see and how
 * it is checked is decided where it is decided for everybody.
 */
export function callerOf(
  app: FastifyInstance,
  { principal, authorization, id }: { principal: Principal; authorization: string; id: string },
): Caller {
  return {
    principal,
    tenant(named) {
      const name = named ?? principal.tenant
      if (name !== null) return name
      throw new Fault('QUERY_INVALID', 'tenant: an operator’s token has none of its own; name one.')
    },
    async ask<T>(method: Method, path: string, { query = {}, body }: { query?: Query; body?: unknown } = {}) {
      const answer = await app.inject({
        method,
        url: `${path}${writeQuery(query)}`,
        headers: {
          authorization,
          'x-request-id': id,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        payload: body === undefined ? undefined : JSON.stringify(body),
      })
      const read = JSON.parse(answer.body)
      if (String(answer.headers['content-type']).startsWith('application/problem+json')) {
        throw new Refusal(read as Problem)
      }
      return read as T
    },
  }
}

/** The address of something of a tenant. */
export function tenantPath(tenant: string, rest = ''): string {
  return `/api/v1/tenants/${encodeURIComponent(tenant)}${rest}`
}

function writeQuery(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, String(one)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}
