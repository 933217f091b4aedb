import type {} from '@fastify/cookie'
import type { Authenticator, Verdict } from '@streamgauge/adapters/auth.ts'
import { UnavailableError } from '@streamgauge/adapters/breaker.ts'
import { hashToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { type SessionStore, secretName, sessionDefaults } from '@streamgauge/adapters/redis/sessions.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { grants, type Principal, scopes } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { guarded, responses } from '../responses.ts'
import { Attempts } from './attempts.ts'
import { cookieName, type Logins } from './logins.ts'
import { fromOwnPage } from './origin.ts'

export interface SessionRoutesOptions {
  readonly auth: Authenticator
  /** Names of all tenants, for operators. */
  readonly tenantNames: () => Promise<readonly string[]>
  readonly store: SessionStore
  readonly logins: Logins
  readonly publicUrl: string
  readonly version: string
  /** Ends the streams of a session. */
  readonly endStreams: (loginKey: string) => void
}

const sessionAnswer = {
  type: 'object',
  properties: {
    scopes: { type: 'array', items: { enum: scopes } },
    tenant: { type: ['string', 'null'], description: 'Null for an operator.' },
    tenants: { type: 'array', items: { type: 'string' }, description: 'Tenants that may be read.' },
    version: { type: 'string' },
  },
}
const credentials = {
  type: 'object',
  description: 'Exactly one of the two.',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    token: { type: 'string', maxLength: 200 },
    code: { type: 'string', maxLength: 200, description: 'From a sign-in link.' },
  },
}
const linkAnswer = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'Works once.' },
    expires_at: { type: 'integer', description: 'Epoch ms.' },
  },
}

/** Signing in and out of the dashboard, and links that sign somebody in once. */
export function addSessionRoutes(app: FastifyInstance, options: SessionRoutesOptions): void {
  const { auth, store, logins, publicUrl, version } = options
  const attempts = new Attempts()
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl.startsWith('https:'),
  } as const

  app.post<{ Body: { token?: string; code?: string } }>('/api/v1/session', {
    schema: {
      tags: ['session'],
      summary: 'Sign in: a token or a one-time code for a session cookie',
      security: [],
      body: credentials,
      response: responses(
        { 200: sessionAnswer },
        ...([
          'UNAUTHENTICATED',
          'FORBIDDEN',
          'ORIGIN_FORBIDDEN',
          'SIGN_IN_INVALID',
          'TOO_MANY_ATTEMPTS',
        ] as const),
        ...(['BODY_INVALID', 'AUTH_UNAVAILABLE', 'SESSIONS_UNAVAILABLE'] as const),
      ),
    },
    handler: async (request, reply) => {
      const waitMs = attempts.note(request.ip, Date.now())
      if (waitMs > 0) {
        throw new Fault('TOO_MANY_ATTEMPTS', undefined, { retryAfterSeconds: Math.ceil(waitMs / 1000) })
      }
      // Without an origin it is a program, which has no cookies that could be planted.
      if (request.headers.origin !== undefined && !fromOwnPage(request.headers, publicUrl)) {
        throw new Fault('ORIGIN_FORBIDDEN')
      }
      const { tokenHash, principal } = await admit(request.body, reply)
      attempts.succeeded(request.ip)
      const id = await available(store.begin(tokenHash))
      setCookie(reply, id)
      return describe(principal)
    },
  })

  app.get('/api/v1/session', {
    onRequest: app.requireScope('read'),
    schema: {
      tags: ['session'],
      summary: 'Who is signed in',
      response: responses({ 200: sessionAnswer }, ...guarded),
    },
    handler: async (request, reply) => {
      const id = request.cookies[cookieName]
      // The browser's copy lasts as long as ours, which has just been used.
      if (id && request.headers.authorization === undefined) setCookie(reply, id)
      return describe(ensurePrincipal(request))
    },
  })

  app.delete('/api/v1/session', {
    schema: {
      tags: ['session'],
      summary: 'Sign out',
      security: [],
      response: responses(
        { 204: { type: 'null', description: 'Signed out.' } },
        'ORIGIN_FORBIDDEN',
        'SESSIONS_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const id = request.cookies[cookieName]
      if (id) {
        if (!fromOwnPage(request.headers, publicUrl)) throw new Fault('ORIGIN_FORBIDDEN')
        reply.clearCookie(cookieName, cookie)
        options.endStreams(secretName(id))
        await available(store.end(id))
      }
      return reply.code(204).send()
    },
  })

  app.post('/api/v1/sign-in-links', {
    onRequest: app.requireScope('manage'),
    schema: {
      tags: ['session'],
      summary: 'A link that signs in once, with the rights of the caller',
      response: responses({ 201: linkAnswer }, ...guarded, 'ORIGIN_FORBIDDEN'),
    },
    handler: async (request, reply) => {
      const { code, expiresAt } = await available(store.createCode(logins.of(request).tokenHash))
      // Behind the #, so that no server and no proxy on the way writes it into a log.
      return reply.code(201).send({ url: `${publicUrl}/sign-in#code=${code}`, expires_at: expiresAt })
    },
  })

  function setCookie(reply: FastifyReply, id: string): void {
    reply.setCookie(cookieName, id, { ...cookie, maxAge: sessionDefaults.sessionSeconds })
  }

  async function admit(
    body: { token?: string; code?: string },
    reply: FastifyReply,
  ): Promise<{ tokenHash: Buffer; principal: Principal }> {
    const byCode = body.code === undefined ? undefined : await available(store.takeCode(body.code))
    if (body.code !== undefined && !byCode) throw new Fault('SIGN_IN_INVALID')
    const tokenHash = byCode ?? hashToken(body.token ?? '')
    const verdict: Verdict = byCode ? await auth.verifyHash(byCode) : await auth.verify(body.token ?? '')
    if (!verdict.ok && byCode)
      throw new Fault('SIGN_IN_INVALID', `The token behind the link is ${verdict.reason}.`)
    if (!verdict.ok) {
      reply.header('www-authenticate', 'Bearer realm="streamgauge", error="invalid_token"')
      throw new Fault('UNAUTHENTICATED', `The token is ${verdict.reason}.`)
    }
    if (!grants(verdict.principal.scopes, 'read')) {
      throw new Fault('FORBIDDEN', 'It takes a token with the scope "read" to sign in.')
    }
    return { tokenHash, principal: verdict.principal }
  }

  async function describe({ scopes, tenant }: Principal): Promise<object> {
    return { scopes, tenant, tenants: tenant === null ? await options.tenantNames() : [tenant], version }
  }
}

async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw new Fault('SESSIONS_UNAVAILABLE', undefined, { cause: error, retryAfterSeconds: 2 })
  }
}

function ensurePrincipal(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('the route has no requireScope hook')
  return request.principal
}
