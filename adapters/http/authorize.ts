import { Fault } from '@streamgauge/core/fault.ts'
import { grants, type Principal, type Scope } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticator, Verdict } from '../auth.ts'
import type { Tenant } from '../mariadb/tenants.ts'
import { publishTokenPattern } from '../mariadb/tokens.ts'
import { keepToOrigin } from './cors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; set by `requireScope`. */
    principal: Principal | null
    /** The tenant in the route, else the caller's own; null for an operator on a route without one. */
    tenant: Tenant | null
  }
  interface FastifyInstance {
    /**
     * An `onRequest` hook: only callers with this scope, in the route's `:tenant` if it has one; and tokens of the
     * scope publish where the route's `config.published` is set.
     */
    requireScope(scope: Scope): (request: FastifyRequest, reply: FastifyReply) => Promise<void>
    /** Lets requests without a Bearer token be judged by their session. */
    useSessions(reader: SessionReader): void
    /** Lets tokens of the scope publish in that `admit` lets pass; without it there is nothing for them. */
    usePublishing(admit: PublishAdmission): void
  }
}

/** Who a session belongs to, or undefined when the request has none. May throw a `Fault`. */
export type SessionReader = (request: FastifyRequest) => Promise<Principal | undefined>

/** Judges a request with a token of the scope publish by the page it comes from and by its rate. May throw a `Fault`. */
export type PublishAdmission = (request: FastifyRequest, principal: Principal) => Promise<void>

interface Caller {
  readonly principal: Principal
  readonly tenant: Tenant | null
}

/** Adds `requireScope` and what it sets. */
export function addAuthorization(app: FastifyInstance, auth: Authenticator): void {
  let readSession: SessionReader = async () => undefined
  let admitPublish: PublishAdmission | undefined
  app.decorateRequest('principal', null)
  app.decorateRequest('tenant', null)
  app.decorate('useSessions', (reader: SessionReader) => {
    readSession = reader
  })
  app.decorate('usePublishing', (admit: PublishAdmission) => {
    admitPublish = admit
  })
  app.decorate('requireScope', (scope: Scope) => async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = await identify(request, reply)
    const wanted = (request.params as { tenant?: string } | undefined)?.tenant
    const tenant = wanted === undefined ? caller.tenant : await reach(caller, wanted)
    if (!mayUse(request, caller.principal, scope) || (wanted !== undefined && !tenant)) {
      reply.header(
        'www-authenticate',
        `Bearer realm="streamgauge", error="insufficient_scope", scope="${scope}"`,
      )
      // One answer for a missing scope, a foreign tenant and an unknown one: nobody learns which tenants exist.
      throw new Fault('FORBIDDEN', `It takes a token with the scope "${scope}" for this address.`)
    }
    if (caller.principal.publish) await admitPublish?.(request, caller.principal)
    else keepToOrigin(reply)
    request.principal = caller.principal
    request.tenant = tenant ?? null
  })

  function mayUse({ routeOptions }: FastifyRequest, { scopes, publish }: Principal, scope: Scope): boolean {
    const { published } = routeOptions.config
    if (publish) return published !== undefined && admitPublish !== undefined
    return published !== 'image' && grants(scopes, scope)
  }

  async function identify(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    if (request.routeOptions.config.published === 'image') return identifyByAddress(request, reply)
    const token = bearer(request.headers.authorization)
    if (token !== undefined) return admit(await auth.verify(token), reply)
    const session = request.headers.authorization === undefined ? await readSession(request) : undefined
    if (!session) return refuse(reply, 'Bearer realm="streamgauge"', 'The request carries no token.')
    const { tenant } = admit(await auth.recheck(session.tokenId), reply)
    if (session.tenant === null || session.tenant === tenant?.name) return { principal: session, tenant }
    return { principal: session, tenant: (await auth.tenant(session.tenant)) ?? null }
  }

  /** Only a token that everybody may see is taken from an address. */
  async function identifyByAddress(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const { token } = request.query as { token?: unknown }
    if (typeof token === 'string' && publishTokenPattern.test(token)) {
      return admit(await auth.verify(token), reply)
    }
    return refuse(
      reply,
      'Bearer realm="streamgauge"',
      'The address carries no ?token=sgp_… of the scope "publish".',
    )
  }

  async function reach({ principal, tenant }: Caller, wanted: string): Promise<Tenant | undefined> {
    if (tenant?.name === wanted) return tenant
    return grants(principal.scopes, 'operator') && principal.tenant === null ? auth.tenant(wanted) : undefined
  }
}

function admit(verdict: Verdict, reply: FastifyReply): Caller {
  if (verdict.ok) return verdict
  const why = verdict.reason === 'unknown' ? 'The token is not known.' : `The token is ${verdict.reason}.`
  return refuse(
    reply,
    `Bearer realm="streamgauge", error="invalid_token", error_description="${why}"`,
    `${why} Send "Authorization: Bearer sg_…" with a valid one.`,
  )
}

/** RFC 6750 §3: the challenge says what is wrong with the credentials, if there were any. */
function refuse(reply: FastifyReply, challenge: string, detail: string): never {
  reply.header('www-authenticate', challenge)
  throw new Fault('UNAUTHENTICATED', detail)
}

function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1]
}
