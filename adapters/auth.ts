import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Principal } from '@streamgauge/core/scopes.ts'
import { createBreaker, UnavailableError } from './breaker.ts'
import { createHeld } from './held.ts'
import type { Logger } from './log.ts'
import type { Database } from './mariadb/pool.ts'
import { findTenant, type Tenant } from './mariadb/tenants.ts'
import {
  findTokenByHash,
  findTokenById,
  hashToken,
  type TokenHolder,
  tokenPattern,
  touchToken,
} from './mariadb/tokens.ts'

/** What is known of a token: who calls, or why it is refused. */
export type Verdict =
  | { readonly ok: true; readonly principal: Principal; readonly tenant: Tenant | null }
  | { readonly ok: false; readonly reason: 'unknown' | 'revoked' | 'expired' }

/** Answers who a token is. Every method throws the fault AUTH_UNAVAILABLE when it cannot know. */
export interface Authenticator {
  verify(token: string): Promise<Verdict>
  /** The same for the SHA-256 of a token, which is all that a session holds. */
  verifyHash(hash: Buffer): Promise<Verdict>
  /** The same for a token that was verified before: sessions and open streams ask again and again. */
  recheck(tokenId: number): Promise<Verdict>
  /** The tenant of that name, for callers that may reach any. */
  tenant(name: string): Promise<Tenant | undefined>
  close(): void
}

export interface AuthenticatorOptions {
  /** A pool of its own, small and with short time-outs: nothing else may make a verdict wait. */
  readonly database: Database
  /** A verdict stays valid this long while the database cannot be reached. */
  readonly staleMaxMs: number
  readonly logger: Logger
}

// A revocation must work within 2 s: a verdict is used for 1.5 s at most after the read that gave it began.
const timing = { freshMs: 1_000, refreshMs: 1_500, deadlineMs: 400, touchEveryMs: 60_000 }
const memory = { capacity: 20_000, maxWaiting: 200 }

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { database, logger } = options
  const breaker = createBreaker({
    name: 'MariaDB',
    probe: () => database.query('SELECT 1'),
    deadlineMs: timing.deadlineMs,
    // These look-ups have nothing that could be wrong with them: whatever fails, tokens cannot be checked.
    isOutage: () => true,
    onChange: (away, cause) =>
      away
        ? logger.warn({ err: cause }, 'MariaDB cannot be reached: tokens are judged by what is remembered')
        : logger.info('MariaDB can be reached again: tokens are checked'),
  })
  const ages = { ...timing, staleMs: options.staleMaxMs, ...memory }
  const tokens = createHeld<TokenHolder | undefined>({ ...ages, mayServeStale: (held) => held !== undefined })
  const tenants = createHeld<Tenant | undefined>({ ...ages, mayServeStale: (held) => held !== undefined })

  async function loadToken(find: () => Promise<TokenHolder | undefined>): Promise<TokenHolder | undefined> {
    const readAt = performance.now()
    const holder = await breaker.run(find)
    if (holder) {
      tokens.put(`#${holder.token.id}`, holder, readAt)
      noteUse(holder)
    }
    return holder
  }

  function noteUse({ token }: TokenHolder): void {
    const now = Date.now()
    if (token.revokedAt !== null || now - (token.lastUsedAt ?? 0) < timing.touchEveryMs) return
    // A note for people, never worth a failed request.
    touchToken(database, token.id, now).catch(() => undefined)
  }

  async function known<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      throw new Fault('AUTH_UNAVAILABLE', undefined, { cause: error, retryAfterSeconds: 1 })
    }
  }

  async function verifyHash(hash: Buffer): Promise<Verdict> {
    const load = () => loadToken(() => findTokenByHash(database, hash))
    return judge(await known(tokens.get(hash.toString('latin1'), load)), Date.now())
  }

  return {
    async verify(token) {
      if (!tokenPattern.test(token)) return { ok: false, reason: 'unknown' }
      return verifyHash(hashToken(token))
    },
    verifyHash,
    async recheck(tokenId) {
      const load = () => loadToken(() => findTokenById(database, tokenId))
      return judge(await known(tokens.get(`#${tokenId}`, load)), Date.now())
    },
    tenant: (name) => known(tenants.get(name, () => breaker.run(() => findTenant(database, name)))),
    close: () => breaker.close(),
  }
}

/** The verdict on what the database holds of a token, at `now`. */
export function judge(holder: TokenHolder | undefined, now: number): Verdict {
  if (!holder) return { ok: false, reason: 'unknown' }
  const { token, tenant } = holder
  if (token.revokedAt !== null) return { ok: false, reason: 'revoked' }
  if (token.expiresAt !== null && token.expiresAt <= now) return { ok: false, reason: 'expired' }
  const principal = {
    tokenId: token.id,
    tenantId: token.tenantId,
    tenant: tenant?.name ?? null,
    scopes: token.scopes,
    publish: token.publish,
  }
  return { ok: true, principal, tenant }
}

/** The limits that hold for a tenant: its own where it has them. */
export function tenantLimits(
  tenant: Tenant,
  defaults: { readonly seriesPerTenant: number; readonly quotaPointsPerSecond: number } = limits,
): { seriesPerTenant: number; quotaPointsPerSecond: number } {
  return {
    seriesPerTenant: tenant.seriesLimit ?? defaults.seriesPerTenant,
    quotaPointsPerSecond: tenant.quotaPointsPerSecond ?? defaults.quotaPointsPerSecond,
  }
}
