import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Principal } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance } from 'fastify'
import type { Authenticator } from '../auth.ts'
import { createLog } from '../log.ts'
import { createRegistry } from './metrics.ts'
import { createServer } from './server.ts'

const publishToken = `sgp_${'p'.repeat(43)}`
const terms = { metrics: ['cpu'], origins: ['https://shop.example'], rate: 1 }
const none = { tokenId: 1, tenantId: null, tenant: null, publish: null }
const principals: Record<string, Principal> = {
  [publishToken]: { ...none, scopes: ['publish'], publish: terms },
  reader: { ...none, scopes: ['read'] },
}
/** The port that the server asks, on a list instead of a database. */
const auth: Authenticator = {
  verify: async (token) =>
    principals[token]
      ? { ok: true, principal: principals[token], tenant: null }
      : { ok: false, reason: 'unknown' },
  verifyHash: async () => ({ ok: false, reason: 'unknown' }),
  recheck: async () => ({ ok: false, reason: 'unknown' }),
  tenant: async () => undefined,
  close: () => undefined,
}
let app: FastifyInstance
before(async () => {
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  app = await createServer({ logger, auth, health: [], registry: createRegistry(), metricsToken: null })
  const onRequest = app.requireScope('read')
  app.get('/page', { onRequest, config: { published: 'page' } }, async () => 'points')
  app.get('/image', { onRequest, config: { published: 'image' } }, async () => 'picture')
  app.get('/own', { onRequest }, async () => 'settings')
})
after(() => app.close())

async function ask(url: string, token?: string) {
  const headers = { origin: 'https://a.example', ...(token && { authorization: `Bearer ${token}` }) }
  const { statusCode, headers: answered } = await app.inject({ method: 'GET', url, headers })
  return [statusCode, answered['access-control-allow-origin'] ?? null]
}

test('before somebody judges tokens of the scope publish there is nothing for them', async () => {
  assert.deepEqual(await ask('/page', publishToken), [403, 'https://a.example'])
  app.usePublishing(async () => undefined)
  assert.deepEqual(await ask('/page', publishToken), [200, 'https://a.example'])
})

const table: [url: string, token: string | undefined, status: number, allowed: boolean][] = [
  ['/page', 'reader', 200, false],
  ['/page', undefined, 401, true],
  ['/page', 'nonsense', 401, true],
  ['/own', publishToken, 403, false],
  ['/own', 'reader', 200, false],
  [`/image?token=${publishToken}`, undefined, 200, true],
  ['/image', publishToken, 401, true],
  ['/image', 'reader', 401, true],
  ['/image?token=reader', undefined, 401, true],
  [`/page?token=${publishToken}`, undefined, 401, true],
  [`/image?token=${publishToken}&token=${publishToken}`, undefined, 401, true],
]
for (const [url, token, status, allowed] of table) {
  test(`${url} with ${token ?? 'no token'}: ${status}, ${allowed ? '' : 'not '}to be read by a page`, async () => {
    assert.deepEqual(await ask(url, token), [status, allowed ? 'https://a.example' : null])
  })
}

test('answers for pages tell the time, refusals too', async () => {
  for (const [url, told] of [
    ['/page', true],
    ['/own', false],
  ] as const) {
    const from = Date.now()
    const { headers } = await app.inject({ method: 'GET', url })
    const time = Number(headers['x-server-time'])
    assert.equal(time >= from && time <= Date.now(), told, url)
  }
})

test('a preflight is answered where pages may ask, and nowhere else', async () => {
  const preflight = async (url: string) => (await app.inject({ method: 'OPTIONS', url })).statusCode
  assert.deepEqual(await Promise.all(['/page', '/image', '/own'].map(preflight)), [204, 405, 405])
})

test('a page may read that the server is stopping', async () => {
  app.drain()
  assert.deepEqual(await ask('/page', publishToken), [503, 'https://a.example'])
})
