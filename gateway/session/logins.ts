import type {} from '@fastify/cookie'
import type { Authenticator } from '@streamgauge/adapters/auth.ts'
import { UnavailableError } from '@streamgauge/adapters/breaker.ts'
import { hashToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { type SessionStore, secretName } from '@streamgauge/adapters/redis/sessions.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import type { Principal } from '@streamgauge/core/scopes.ts'
import type { FastifyRequest } from 'fastify'
import { fromOwnPage } from './origin.ts'

export const cookieName = 'sg_session'
/** Tokens have a cache that is asked; a session is looked up in Redis each time, so not more often than this. */
const sessionEveryMs = 1_000

/** How a request came in: what its streams depend on, and the token behind it. */
export interface Login {
  /** Equal for all requests of one session or one token. */
  readonly key: string
  readonly tokenHash: Buffer
  /** False once the token is revoked or the session has ended. While that can't be known, true. */
  readonly stillValid: () => Promise<boolean>
}

/** Reads sessions from cookies, and tells how a request that was let in has signed in. */
export class Logins {
  readonly #auth: Authenticator
  readonly #store: SessionStore
  readonly #publicUrl: string
  readonly #sessions = new WeakMap<FastifyRequest, { id: string; tokenHash: Buffer }>()

  constructor(auth: Authenticator, store: SessionStore, publicUrl: string) {
    this.#auth = auth
    this.#store = store
    this.#publicUrl = publicUrl
  }

  /** Who the request's cookie belongs to; for `app.useSessions`. */
  async read(request: FastifyRequest): Promise<Principal | undefined> {
    const id = request.cookies[cookieName]
    if (!id) return undefined
    // A cookie is sent whoever made the browser send it; what changes something must come from our own page.
    const changes = request.method !== 'GET' && request.method !== 'HEAD'
    if (changes && !fromOwnPage(request.headers, this.#publicUrl)) throw new Fault('ORIGIN_FORBIDDEN')
    const tokenHash = await this.#find(id)
    if (!tokenHash) return undefined
    this.#sessions.set(request, { id, tokenHash })
    const verdict = await this.#auth.verifyHash(tokenHash)
    return verdict.ok ? verdict.principal : undefined
  }

  /** How this request, which `requireScope` has let in, has signed in. */
  of(request: FastifyRequest): Login {
    const session = this.#sessions.get(request)
    const tokenHash = session?.tokenHash ?? hashToken(bearer(request))
    const tokenValid = async () => {
      try {
        return (await this.#auth.verifyHash(tokenHash)).ok
      } catch {
        return true
      }
    }
    if (!session) return { key: tokenHash.toString('hex'), tokenHash, stillValid: tokenValid }
    let askAt = 0
    return {
      key: secretName(session.id),
      tokenHash,
      stillValid: async () => {
        if (performance.now() >= askAt) {
          askAt = performance.now() + sessionEveryMs
          if (!(await this.#sessionLives(session.id))) return false
        }
        return tokenValid()
      },
    }
  }

  async #find(id: string): Promise<Buffer | undefined> {
    try {
      return await this.#store.find(id)
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      throw new Fault('SESSIONS_UNAVAILABLE', undefined, { cause: error, retryAfterSeconds: 2 })
    }
  }

  async #sessionLives(id: string): Promise<boolean> {
    try {
      return (await this.#store.find(id)) !== undefined
    } catch {
      return true
    }
  }
}

function bearer(request: FastifyRequest): string {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
}
