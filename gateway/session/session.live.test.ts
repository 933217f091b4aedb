import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
before(async () => {
  whole = await startWhole({ PUBLIC_URL: 'https://gauge.example', TRUST_PROXY: '127.0.0.1' })
  await whole.tenant('acme')
  await whole.tenant('other')
})
after(() => whole[Symbol.asyncDispose]())

const own = { origin: 'https://gauge.example' }

type Headers = Readonly<Record<string, string>>

function call(method: string, path: string, headers: Headers, body?: object): Promise<Response> {
  const content = body && { 'content-type': 'application/json' }
  return fetch(whole.url + path, {
    method,
    headers: { ...headers, ...content },
    body: body ? JSON.stringify(body) : null,
  })
}

/** Signs in and answers the cookie. */
async function signIn(body: { token: string } | { code: string }): Promise<{ cookie: string }> {
  const response = await call('POST', '/api/v1/session', own, body)
  assert.equal(response.status, 200, await response.clone().text())
  return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] }
}

test('a token becomes a cookie that scripts cannot read and other sites cannot send', async () => {
  const { token } = await whole.token('acme', 'read')
  const response = await call('POST', '/api/v1/session', own, { token })
  assert.deepEqual(await response.json(), {
    scopes: ['read'],
    tenant: 'acme',
    tenants: ['acme'],
    version: '0.1.0',
  })
  const cookie = response.headers.get('set-cookie') ?? ''
  for (const part of ['sg_session=', 'HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']) {
    assert.ok(cookie.includes(part), `${part} in ${cookie}`)
  }
  const session = { cookie: cookie.split(';')[0] }
  assert.equal((await call('GET', '/api/v1/tenants/acme', session)).status, 200)
  assert.equal((await call('GET', '/api/v1/tenants/other', session)).status, 403)
  assert.equal((await call('GET', '/api/v1/session', {})).status, 401)
})

test('an operator sees every tenant', async () => {
  const session = await signIn({ token: (await whole.token(null, 'operator')).token })
  const who = (await (await call('GET', '/api/v1/session', session)).json()) as { tenants: string[] }
  assert.deepEqual(who.tenants, ['acme', 'other'])
  assert.equal((await call('GET', '/api/v1/tenants/other', session)).status, 200)
})

test('a sign-in link works once, with the rights of who made it', async () => {
  const { token } = await whole.token('acme', 'manage')
  const made = await call('POST', '/api/v1/sign-in-links', { authorization: `Bearer ${token}` })
  assert.equal(made.status, 201)
  const { url, expires_at } = (await made.json()) as { url: string; expires_at: number }
  assert.ok(url.startsWith('https://gauge.example/sign-in#code='))
  assert.ok(expires_at > Date.now())
  const code = url.split('#code=')[1]
  const session = await signIn({ code })
  const who = (await (await call('GET', '/api/v1/session', session)).json()) as { scopes: string[] }
  assert.deepEqual(who.scopes, ['manage'])
  const again = await call('POST', '/api/v1/session', own, { code })
  assert.equal(again.status, 422)
  assert.equal(((await again.json()) as { code: string }).code, 'SIGN_IN_INVALID')
})

const refused: [what: string, body: object, status: number, code: string][] = [
  ['an unknown token', { token: `sg_${'x'.repeat(43)}` }, 401, 'UNAUTHENTICATED'],
  ['an unknown code', { code: 'abc' }, 422, 'SIGN_IN_INVALID'],
  ['both at once', { code: 'abc', token: 'abc' }, 422, 'BODY_INVALID'],
  ['neither', {}, 422, 'BODY_INVALID'],
]
for (const [what, body, status, code] of refused) {
  test(`${what} does not sign in: ${status} ${code}`, async () => {
    const response = await call('POST', '/api/v1/session', own, body)
    assert.equal(response.status, status)
    assert.equal(((await response.json()) as { code: string }).code, code)
    assert.equal(response.headers.get('set-cookie'), null)
  })
}

test('a token without read does not sign in, and one without manage makes no links', async () => {
  const ingest = await whole.token('acme', 'ingest')
  assert.equal((await call('POST', '/api/v1/session', own, { token: ingest.token })).status, 403)
  const read = await whole.token('acme', 'read')
  const headers = { authorization: `Bearer ${read.token}` }
  assert.equal((await call('POST', '/api/v1/sign-in-links', headers)).status, 403)
})

test('what a cookie may change, only our own page may ask for', async () => {
  const session = await signIn({ token: (await whole.token('acme', 'manage')).token })
  const strangers: Headers[] = [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]
  for (const headers of strangers) {
    for (const [method, path] of [
      ['POST', '/api/v1/sign-in-links'],
      ['DELETE', '/api/v1/session'],
    ]) {
      const response = await call(method, path, { ...session, ...headers })
      assert.equal(response.status, 403)
      assert.equal(((await response.json()) as { code: string }).code, 'ORIGIN_FORBIDDEN')
    }
  }
  assert.equal((await call('POST', '/api/v1/sign-in-links', { ...session, ...own })).status, 201)
})

test('signing out ends the session and its streams at once', async () => {
  const session = await signIn({ token: (await whole.token('acme', 'read')).token })
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, session)
  await sse.find(({ id }) => id !== undefined)
  const at = performance.now()
  assert.equal((await call('DELETE', '/api/v1/session', { ...session, ...own })).status, 204)
  await sse.ended
  assert.ok(performance.now() - at < 1_000)
  assert.equal((await call('GET', '/api/v1/session', session)).status, 401)
})

test('revoking a token ends the sessions made of it, streams included, within 2 s', async () => {
  const { id, token } = await whole.token('acme', 'read')
  const session = await signIn({ token })
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, session)
  await sse.find(({ id }) => id !== undefined)
  const at = performance.now()
  await revokeToken(whole.database, id, Date.now())
  await sse.ended
  await poll(async () => (await call('GET', '/api/v1/session', session)).status === 401)
  assert.ok(performance.now() - at < 2_000)
})

test('too many attempts from one address have to wait, and nobody else behind the same proxy', async () => {
  const from = (forwarded: string) =>
    call('POST', '/api/v1/session', { ...own, 'x-forwarded-for': forwarded }, { code: 'guess' })
  let response: Response
  do response = await from('203.0.113.7')
  while (response.status === 422)
  assert.equal(response.status, 429)
  assert.ok(Number(response.headers.get('retry-after')) > 0)
  assert.equal((await from('203.0.113.8')).status, 422)
  // What somebody says of himself comes before what the proxy adds.
  assert.equal((await from('203.0.113.9, 203.0.113.7')).status, 429)
})
