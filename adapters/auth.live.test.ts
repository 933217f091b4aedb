import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testStack } from '@streamgauge/local/stack.ts'
import { type Authenticator, createAuthenticator, judge } from './auth.ts'
import { createLog } from './log.ts'
import { migrate } from './mariadb/migrate.ts'
import { type Database, openDatabase } from './mariadb/pool.ts'
import { createTenant } from './mariadb/tenants.ts'
import { createToken, findTokenById, newToken, revokeToken } from './mariadb/tokens.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })

async function setup() {
  const cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await testStack())
  const db = openDatabase({ url: stack.databaseUrl })
  cleanup.defer(() => db.close())
  await migrate(db)
  const auth = createAuthenticator({ database: db, staleMaxMs: 1_000, logger })
  cleanup.defer(() => auth.close())
  const tenant = await createTenant(db, { name: 'acme', seriesLimit: 5 }, Date.now())
  const make = async (expiresAt: number | null = null) => {
    const token = newToken()
    const input = {
      token,
      tenantId: tenant?.id ?? 0,
      label: '',
      scopes: ['ingest', 'read'] as const,
      expiresAt,
    }
    const row = await createToken(db, input, Date.now())
    return { token, id: row?.id ?? 0 }
  }
  return { db, auth, make, [Symbol.asyncDispose]: () => cleanup.disposeAsync() }
}

async function usedAt(db: Database, id: number): Promise<number | null> {
  return (await findTokenById(db, id))?.token.lastUsedAt ?? null
}

/** Resolves with how long the token was still good. */
async function untilRefused(ask: () => ReturnType<Authenticator['recheck']>): Promise<number> {
  const start = performance.now()
  while ((await ask()).ok) {
    assert.ok(performance.now() - start < 5_000, 'it is never refused')
    await sleep(5)
  }
  return performance.now() - start
}

test('a verdict names the token, its tenant and the limits of that', async () => {
  await using env = await setup()
  const { token, id } = await env.make()
  const verdict = await env.auth.verify(token)
  assert.ok(verdict.ok)
  assert.deepEqual(verdict.principal, {
    tokenId: id,
    tenantId: verdict.tenant?.id,
    tenant: 'acme',
    publish: null,
    scopes: ['ingest', 'read'],
  })
  assert.equal(verdict.tenant?.seriesLimit, 5)
  assert.deepEqual(await env.auth.recheck(id), verdict)
  assert.deepEqual(await env.auth.verify(newToken()), { ok: false, reason: 'unknown' })
  assert.equal((await env.auth.tenant('acme'))?.seriesLimit, 5)
  assert.equal(await env.auth.tenant('nobody'), undefined)
})

test('a revocation made elsewhere reaches verdicts by token and by id within 2 s', async () => {
  await using env = await setup()
  const { token, id } = await env.make()
  assert.ok((await env.auth.verify(token)).ok)
  await revokeToken(env.db, id, Date.now())
  const [byToken, byId] = await Promise.all([
    untilRefused(() => env.auth.verify(token)),
    untilRefused(() => env.auth.recheck(id)),
  ])
  assert.ok(byToken < 2_000 && byId < 2_000, `${byToken} ${byId}`)
  assert.deepEqual(await env.auth.verify(token), { ok: false, reason: 'revoked' })
})

test('a token expires to the millisecond, without being read again', async () => {
  await using env = await setup()
  const { id } = await env.make(1_000_000)
  const holder = await findTokenById(env.db, id)
  assert.equal(judge(holder, 999_999).ok, true)
  assert.deepEqual(judge(holder, 1_000_000), { ok: false, reason: 'expired' })
})

test('its last use is noted, once in a while', async () => {
  await using env = await setup()
  const { token, id } = await env.make()
  const start = Date.now()
  await env.auth.verify(token)
  while ((await usedAt(env.db, id)) === null) await sleep(5)
  const noted = await usedAt(env.db, id)
  assert.ok(noted !== null && noted >= start)
  await sleep(1_600)
  await env.auth.verify(token)
  await sleep(50)
  assert.equal(await usedAt(env.db, id), noted)
})

test('a revocation stays at its first time', async () => {
  await using env = await setup()
  const { id } = await env.make()
  assert.equal(await revokeToken(env.db, id, 1_000), true)
  assert.equal(await revokeToken(env.db, id, 2_000), true)
  assert.equal((await findTokenById(env.db, id))?.token.revokedAt, 1_000)
  assert.equal(await revokeToken(env.db, 999_999, 1_000), false)
})
