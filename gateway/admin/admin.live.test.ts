import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { createServer } from '@streamgauge/adapters/http/server.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createToken, hashToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import type { FastifyInstance } from 'fastify'
import { openStore } from '../store.ts'
import { addTenantRoutes } from './tenants.ts'
import { addTokenRoutes } from './tokens.ts'

const cleanup = new AsyncDisposableStack()
const operator = newToken()
let app: FastifyInstance
let database: ReturnType<typeof openDatabase>

before(async () => {
  const stack = cleanup.use(await testStack())
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  database = openDatabase({ url: stack.databaseUrl })
  cleanup.defer(() => database.close())
  await migrate(database)
  const auth = createAuthenticator({ database, staleMaxMs: 1_000, logger })
  const store = openStore(database, logger)
  cleanup.defer(() => {
    auth.close()
    store.close()
  })
  app = await createServer({ logger, auth, health: [], registry: new Registry(), metricsToken: null })
  cleanup.defer(() => app.close())
  addTenantRoutes(app, { database, store })
  addTokenRoutes(app, { database, store })
  const scopes = ['operator'] as const
  await createToken(
    database,
    { token: operator, tenantId: null, label: '', scopes, expiresAt: null },
    Date.now(),
  )
})
after(() => cleanup.disposeAsync())

type Method = 'GET' | 'POST' | 'DELETE'
async function ask(token: string, method: Method, url: string, payload?: object) {
  const response = await app.inject({ method, url, payload, headers: { authorization: `Bearer ${token}` } })
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.body === '' ? null : response.json(),
  }
}

/** A tenant and a token of it for each scope. */
async function makeTenant(name: string): Promise<Record<'ingest' | 'read' | 'manage', string>> {
  await ask(operator, 'POST', '/api/v1/tenants', { name })
  const make = async (scope: string): Promise<string> => {
    const answer = await ask(operator, 'POST', `/api/v1/tenants/${name}/tokens`, {
      label: scope,
      scopes: [scope],
    })
    return answer.body.token
  }
  return { ingest: await make('ingest'), read: await make('read'), manage: await make('manage') }
}

test('an operator creates a tenant once', async () => {
  const made = await ask(operator, 'POST', '/api/v1/tenants', { name: 'acme', quota_points_per_second: 50 })
  assert.equal(made.status, 201)
  assert.equal(made.headers.location, '/api/v1/tenants/acme')
  assert.deepEqual(
    [made.body.name, made.body.quota_points_per_second, made.body.series_limit],
    ['acme', 50, null],
  )
  const again = await ask(operator, 'POST', '/api/v1/tenants', { name: 'acme' })
  assert.deepEqual([again.status, again.body.code], [409, 'CONFLICT'])
})

test('names that are none are refused', async () => {
  const bad = [
    {},
    { name: '' },
    { name: 'A' },
    { name: '-a' },
    { name: 'a'.repeat(64) },
    { name: 'a b' },
    { name: 5 },
    { name: 'a', x: 1 },
  ]
  for (const body of bad) {
    const { status, body: problem } = await ask(operator, 'POST', '/api/v1/tenants', body)
    assert.deepEqual([status, problem.code], [422, 'BODY_INVALID'], JSON.stringify(body))
  }
})

test('the list holds what the caller may read, in pages', async () => {
  const tokens = await makeTenant('page-b')
  await makeTenant('page-a')
  assert.deepEqual(
    (await ask(tokens.read, 'GET', '/api/v1/tenants')).body.items.map(({ name }: { name: string }) => name),
    ['page-b'],
  )
  assert.equal((await ask(tokens.ingest, 'GET', '/api/v1/tenants')).status, 403)
  const names: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await ask(operator, 'GET', `/api/v1/tenants?limit=1${cursor}`)
    names.push(...body.items.map(({ name }: { name: string }) => name))
    if (body.next === null) break
    cursor = `&cursor=${body.next}`
  }
  assert.deepEqual(names, [...names].sort())
  assert.ok(names.includes('page-a') && names.includes('page-b'))
  assert.equal((await ask(operator, 'GET', '/api/v1/tenants?cursor=nonsense!')).body.code, 'QUERY_INVALID')
})

test('a token is shown once and only its hash is stored', async () => {
  await makeTenant('secret')
  const path = '/api/v1/tenants/secret/tokens'
  const expires = Date.now() + 60_000
  const made = await ask(operator, 'POST', path, { label: 'sensor', scopes: ['ingest'], expires_at: expires })
  assert.equal(made.status, 201)
  const { id, token, prefix, scopes, expires_at } = made.body
  assert.match(token, /^sg_[A-Za-z0-9_-]{43}$/)
  assert.deepEqual([token.startsWith(prefix), scopes, expires_at], [true, ['ingest'], expires])
  const listed = await ask(operator, 'GET', path)
  const item = listed.body.items.find((one: { id: number }) => one.id === id)
  assert.deepEqual([item.label, item.revoked_at, item.last_used_at], ['sensor', null, null])
  assert.doesNotMatch(JSON.stringify(listed.body), new RegExp(token))
  const rows = await database.query<{ hash: Buffer }>('SELECT * FROM tokens WHERE id = ?', [id])
  assert.ok(rows[0].hash.equals(hashToken(token)))
  assert.doesNotMatch(JSON.stringify(rows), new RegExp(token))
})

test('a manager hands on ingest and read in its own tenant, nothing more', async () => {
  const mine = await makeTenant('mine')
  await makeTenant('theirs')
  const table: [token: string, tenant: string, scopes: string[], status: number][] = [
    [mine.manage, 'mine', ['ingest'], 201],
    [mine.manage, 'mine', ['read', 'ingest'], 201],
    [mine.manage, 'mine', ['manage'], 403],
    [mine.manage, 'theirs', ['read'], 403],
    [mine.manage, 'unknown', ['read'], 403],
    [mine.read, 'mine', ['read'], 403],
    [mine.ingest, 'mine', ['read'], 403],
    [operator, 'mine', ['manage'], 201],
    [operator, 'mine', ['operator'], 422],
    [operator, 'mine', [], 422],
    [operator, 'mine', ['read', 'read'], 422],
  ]
  for (const [token, tenant, scopes, status] of table) {
    const answer = await ask(token, 'POST', `/api/v1/tenants/${tenant}/tokens`, { label: 'x', scopes })
    assert.equal(answer.status, status, `${tenant} ${scopes}`)
  }
  assert.equal((await ask(mine.manage, 'POST', '/api/v1/tenants', { name: 'more' })).status, 403)
})

const pages = { metrics: ['cpu.usage'], origins: ['https://shop.example'] }

test('a token for pages is made by managers, listed with its terms, and its secret is shown once', async () => {
  const { manage, read } = await makeTenant('pages')
  const path = '/api/v1/tenants/pages/tokens'
  const made = await ask(manage, 'POST', path, { scopes: ['publish'], ...pages, rate: 60 })
  assert.equal(made.status, 201)
  const { id, token, ...rest } = made.body
  assert.match(token, /^sgp_[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(
    [rest.scopes, rest.metrics, rest.origins, rest.rate],
    [['publish'], ...Object.values(pages), 60],
  )
  const usual = await ask(manage, 'POST', path, { scopes: ['publish'], ...pages })
  assert.equal(usual.body.rate, 600)
  const { items } = (await ask(manage, 'GET', path)).body
  const item = items.find((one: { id: number }) => one.id === id)
  assert.deepEqual(
    [item.metrics, item.origins, item.rate, item.prefix],
    [...Object.values(pages), 60, token.slice(0, 11)],
  )
  assert.doesNotMatch(JSON.stringify(items), new RegExp(token))
  assert.ok(!('metrics' in items[0]), 'other tokens have no terms')
  assert.equal((await ask(read, 'POST', path, { scopes: ['publish'], ...pages })).status, 403)
  assert.equal((await ask(manage, 'DELETE', `${path}/${id}`)).status, 204)
})

const unfit: [what: string, body: object, words: RegExp][] = [
  ['without metrics', { scopes: ['publish'], origins: pages.origins }, /metrics: is missing/],
  ['without origins', { scopes: ['publish'], metrics: pages.metrics }, /origins: is missing/],
  ['for every origin', { scopes: ['publish'], ...pages, origins: ['*'] }, /origins\.0: .*no wildcards/],
  ['with another scope', { scopes: ['publish', 'read'], ...pages }, /stands alone/],
  ['with a rate beyond the greatest', { scopes: ['publish'], ...pages, rate: 60_001 }, /rate/],
  [
    'of another scope with metrics',
    { scopes: ['read'], metrics: ['a'] },
    /metrics: belongs to the scope publish/,
  ],
]
for (const [what, body, words] of unfit) {
  test(`a token for pages ${what} is refused: 422 with what to do`, async () => {
    await ask(operator, 'POST', '/api/v1/tenants', { name: 'unfit' })
    const answer = await ask(operator, 'POST', '/api/v1/tenants/unfit/tokens', body)
    assert.deepEqual([answer.status, answer.body.code], [422, 'BODY_INVALID'])
    assert.match(answer.body.detail, words)
  })
}

test('an expiry is epoch ms or RFC 3339, and lies ahead', async () => {
  await makeTenant('expiry')
  const ahead = Date.now() + 3_600_000
  const table: [expires: unknown, status: number][] = [
    [ahead, 201],
    [new Date(ahead).toISOString(), 201],
    [1, 422],
    ['2020-01-01T00:00:00Z', 422],
    ['tomorrow', 422],
    [null, 422],
  ]
  for (const [expires_at, status] of table) {
    const body = { label: 'x', scopes: ['read'], expires_at }
    const answer = await ask(operator, 'POST', '/api/v1/tenants/expiry/tokens', body)
    assert.equal(answer.status, status, String(expires_at))
    if (status === 201) assert.equal(answer.body.expires_at, ahead)
  }
})

test('a revoked token is refused, and tokens of other tenants are out of reach', async () => {
  const own = await makeTenant('revoke-a')
  await makeTenant('revoke-b')
  const ids = async (tenant: string): Promise<{ id: number; label: string }[]> =>
    (await ask(operator, 'GET', `/api/v1/tenants/${tenant}/tokens`)).body.items
  const [ingest, , manage] = await ids('revoke-a')
  const [foreign] = await ids('revoke-b')
  const remove = (token: string, id: number | string) =>
    ask(token, 'DELETE', `/api/v1/tenants/revoke-a/tokens/${id}`)
  assert.equal((await remove(own.manage, foreign.id)).status, 404)
  assert.equal((await remove(own.manage, 999_999)).status, 404)
  assert.equal((await remove(own.manage, 'x')).status, 422)
  assert.equal((await remove(own.manage, manage.id)).status, 403)
  assert.equal((await remove(own.read, ingest.id)).status, 403)
  assert.equal((await remove(own.manage, ingest.id)).status, 204)
  assert.equal((await remove(own.manage, ingest.id)).status, 204)
  assert.equal((await remove(operator, manage.id)).status, 204)
  const end = Date.now() + 2_000
  while ((await ask(own.manage, 'GET', '/api/v1/tenants/revoke-a/tokens')).status !== 401) {
    assert.ok(Date.now() < end, 'still accepted after 2 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})
