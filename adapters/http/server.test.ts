import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { Fault } from '@streamgauge/core/fault.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import type { FastifyInstance } from 'fastify'
import type { Authenticator, Verdict } from '../auth.ts'
import { createLog } from '../log.ts'
import { createRegistry } from './metrics.ts'
import { createServer } from './server.ts'

const acme = { id: 1, name: 'acme', seriesLimit: null, quotaPointsPerSecond: null, createdAt: 0 }
const other = { ...acme, id: 2, name: 'other' }
const holder = (scopes: Scope[], tenant: typeof acme | null): Verdict => ({
  ok: true,
  principal: {
    tokenId: 1,
    tenantId: tenant?.id ?? null,
    tenant: tenant?.name ?? null,
    scopes,
    publish: null,
  },
  tenant,
})
const tokens: Record<string, Verdict> = {
  reader: holder(['read'], acme),
  writer: holder(['ingest'], acme),
  operator: holder(['operator'], null),
  revoked: { ok: false, reason: 'revoked' },
}
/** The port that the server asks, on a list instead of a database. */
const auth: Authenticator = {
  verify: async (token) => tokens[token] ?? { ok: false, reason: 'unknown' },
  verifyHash: async () => ({ ok: false, reason: 'unknown' }),
  recheck: async () => tokens.reader,
  tenant: async (name) => [acme, other].find((tenant) => tenant.name === name),
  close: () => undefined,
}

let app: FastifyInstance
let url: string

before(async () => {
  app = await createServer({
    logger: createLog({ name: 'test', level: 'silent', terminal: false }),
    auth,
    health: [
      { name: 'log', required: true, ping: async () => 1 },
      { name: 'redis', required: false, ping: () => Promise.reject(new Error('connection refused')) },
    ],
    registry: createRegistry(),
    metricsToken: 'secret',
  })
  app.get('/api/v1/tenants/:tenant', { onRequest: app.requireScope('read') }, async ({ tenant }) => tenant)
  app.post(
    '/api/v1/things',
    {
      schema: {
        body: {
          type: 'object',
          required: ['size'],
          additionalProperties: false,
          properties: { size: { type: 'integer' } },
        },
      },
    },
    async () => ({}),
  )
  app.post('/api/v1/guarded', { onRequest: app.requireScope('read') }, async () => ({}))
  app.get('/fault', async () => {
    throw new Fault('QUOTA_EXCEEDED', 'too fast', { retryAfterSeconds: 7 })
  })
  app.get('/mistake', async () => {
    throw new Error('secret detail')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
})
after(() => app.close())

async function ask(path: string, init: RequestInit & { token?: string } = {}) {
  const headers = { ...(init.token ? { authorization: `Bearer ${init.token}` } : {}), ...init.headers }
  const response = await fetch(url + path, { ...init, headers })
  const body = await response.text()
  return { status: response.status, headers: response.headers, body, json: () => JSON.parse(body) }
}

test('every error is a problem document with its code', async () => {
  const json = { 'content-type': 'application/json' }
  const send = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', body, headers })
  const table: [path: string, init: RequestInit, status: number, code: string][] = [
    ['/nowhere', {}, 404, 'NOT_FOUND'],
    ['/%zz', {}, 400, 'BAD_REQUEST'],
    [`/api/v1/tenants/${'x'.repeat(400)}`, {}, 404, 'NOT_FOUND'],
    ['/api/v1/things', { method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
    ['/api/v1/tenants/acme', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    ['/api/v1/things', send('{"size":'), 400, 'JSON_INVALID'],
    ['/api/v1/things', send(''), 400, 'JSON_INVALID'],
    ['/api/v1/things', send('{"size":1,"__proto__":{}}'), 400, 'JSON_INVALID'],
    ['/api/v1/things', send('{"size":"1"}'), 422, 'BODY_INVALID'],
    ['/api/v1/things', send('{}'), 422, 'BODY_INVALID'],
    ['/api/v1/things', send('{"size":1,"more":1}'), 422, 'BODY_INVALID'],
    ['/api/v1/things', send('size=1', { 'content-type': 'text/plain' }), 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['/api/v1/things', send(JSON.stringify('x'.repeat(70_000))), 413, 'BODY_TOO_LARGE'],
    ['/fault', {}, 429, 'QUOTA_EXCEEDED'],
    ['/mistake', {}, 500, 'INTERNAL'],
  ]
  for (const [path, init, status, code] of table) {
    const answer = await ask(path, init)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', path)
    const problem = answer.json()
    assert.deepEqual([answer.status, problem.status, problem.code], [status, status, code], path)
    assert.ok(problem.title && problem.detail && problem.type.endsWith(code) && problem.instance, path)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path)
    assert.equal(answer.headers.get('server'), null)
    assert.doesNotMatch(answer.body, /secret detail/)
  }
})

test('a method that an address does not take is answered with those it takes', async () => {
  assert.equal((await ask('/api/v1/things', { method: 'DELETE' })).headers.get('allow'), 'POST')
  assert.equal((await ask('/health/live', { method: 'POST' })).headers.get('allow'), 'GET, HEAD')
})

test('faults say when to come back, and faulty fields by name', async () => {
  assert.equal((await ask('/fault')).headers.get('retry-after'), '7')
  const init = { method: 'POST', body: '{"more":1}', headers: { 'content-type': 'application/json' } }
  assert.equal((await ask('/api/v1/things', init)).json().errors[0].field, 'size')
})

test('a request carries its id through', async () => {
  const answer = await ask('/nowhere', { headers: { 'x-request-id': 'abc-1' } })
  assert.deepEqual([answer.headers.get('x-request-id'), answer.json().instance], ['abc-1', 'abc-1'])
  const odd = await ask('/nowhere', { headers: { 'x-request-id': '<script>' } })
  assert.match(odd.json().instance, /^[0-9a-f-]{36}$/)
})

test('who may do what', async () => {
  const table: [token: string | undefined, tenant: string, status: number, challenge: RegExp][] = [
    ['reader', 'acme', 200, /^$/],
    ['operator', 'acme', 200, /^$/],
    ['operator', 'other', 200, /^$/],
    [undefined, 'acme', 401, /^Bearer realm="streamgauge"$/],
    ['nonsense', 'acme', 401, /error="invalid_token"/],
    ['revoked', 'acme', 401, /error="invalid_token"/],
    ['writer', 'acme', 403, /error="insufficient_scope", scope="read"/],
    ['reader', 'other', 403, /error="insufficient_scope"/],
    ['reader', 'unknown', 403, /error="insufficient_scope"/],
    ['operator', 'unknown', 403, /error="insufficient_scope"/],
  ]
  for (const [token, tenant, status, challenge] of table) {
    const answer = await ask(`/api/v1/tenants/${tenant}`, { token })
    assert.equal(answer.status, status, `${token} ${tenant}`)
    assert.match(answer.headers.get('www-authenticate') ?? '', challenge)
    if (status === 200) assert.equal(answer.json().name, tenant)
  }
})

test('a foreign tenant and an unknown one cannot be told apart', async () => {
  const id = { 'x-request-id': 'same' }
  const bodies = await Promise.all(
    ['other', 'unknown'].map(
      async (name) => (await ask(`/api/v1/tenants/${name}`, { token: 'reader', headers: id })).body,
    ),
  )
  assert.equal(bodies[0], bodies[1])
})

test('readiness names each dependency and what it means', async () => {
  const { status, checks } = (await ask('/health/ready')).json()
  assert.equal(status, 'degraded')
  assert.deepEqual(
    [checks.log.status, checks.redis.status, checks.redis.error],
    ['ok', 'failed', 'connection refused'],
  )
  assert.ok(checks.redis.latency_ms >= 0)
})

test('metrics need their token when there is one', async () => {
  assert.equal((await ask('/metrics')).status, 401)
  assert.equal((await ask('/metrics', { token: 'wrong' })).status, 401)
  assert.match((await ask('/metrics', { token: 'secret' })).body, /^process_cpu_seconds_total /m)
})

test('what is not HTTP, or too much of it, is answered and cut off', async () => {
  const port = Number(new URL(url).port)
  const say = async (words: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(words)
    return text(socket)
  }
  assert.match(await say('hello\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"code":"BAD_REQUEST"/)
  const header = `x: ${'y'.repeat(20_000)}\r\n`
  assert.match(
    await say(`GET / HTTP/1.1\r\nHost: x\r\n${header}\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/,
  )
})

test('a body is asked for only after authorization', async () => {
  const port = Number(new URL(url).port)
  const socket = connect(port, '127.0.0.1')
  socket.write(
    'POST /api/v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n' +
      'Content-Type: application/json\r\nContent-Length: 10\r\n\r\n',
  )
  socket.once('data', () => socket.write('{"size":1}'))
  assert.match(await text(socket), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  const refused = connect(port, '127.0.0.1')
  refused.write(
    'POST /api/v1/guarded HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n',
  )
  assert.match(await text(refused), /^HTTP\/1\.1 401 /)
})

test('who asks is what a proxy says only where that proxy is known', async () => {
  const seen = async (trustProxy?: readonly string[]) => {
    const logger = createLog({ name: 'test', level: 'silent', terminal: false })
    const registry = createRegistry()
    await using own = await createServer({
      logger,
      auth,
      health: [],
      registry,
      metricsToken: null,
      trustProxy,
    })
    own.get('/ip', async ({ ip }) => ip)
    const address = await own.listen({ host: '127.0.0.1', port: 0 })
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.1.0.9' }
    return (await fetch(`${address}/ip`, { headers })).text()
  }
  assert.equal(await seen(), '127.0.0.1')
  assert.equal(await seen(['10.1.0.0/16']), '127.0.0.1')
  assert.equal(await seen(['127.0.0.1', '10.1.0.0/16']), '203.0.113.7')
})
