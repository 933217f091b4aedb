import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'

let services: Services
let whole: Whole
let bearer: { authorization: string }
let session: { cookie: string }

before(async () => {
  services = await startServices({ only: ['mariadb', 'redis'] })
  whole = await startWhole(services.env)
  await whole.tenant('acme')
  const { token } = await whole.token('acme', 'ingest', 'read')
  bearer = { authorization: `Bearer ${token}` }
  const signedIn = await fetch(`${whole.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  session = { cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] }
})
after(async () => {
  for (const name of ['mariadb', 'redis'] as const) services.control[name].signal('SIGCONT')
  await whole[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

async function get(path: string, headers: Record<string, string> = bearer) {
  const at = performance.now()
  const response = await fetch(`${whole.url}/api/v1/tenants/acme${path}`, { headers })
  const body = (await response.json()) as {
    code?: string
    ingest: { behind_ms: number; behind_records: number }
  }
  return {
    status: response.status,
    body,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - at,
  }
}

async function post(value: number): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ metric_name: 'cpu', agent_id: 'web-1', value }),
  })
  assert.equal(response.status, 202, await response.text())
}

test('while MariaDB hangs, the status says behind, lists and history answer 503, and the stream stays', async () => {
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, bearer)
  await post(1)
  await sse.find(({ data }) => data?.includes('"x":[1]') === true)
  assert.equal((await get('')).body.ingest.behind_ms, 0)
  assert.equal((await get('/agents')).status, 200)

  services.control.mariadb.signal('SIGSTOP')
  await post(2)
  await poll(async () => (await get('')).body.ingest.behind_ms > 1_000, 15_000)
  const detail = await get('')
  assert.equal(detail.status, 200)
  assert.equal(detail.body.ingest.behind_records, 1)
  await poll(async () => (await get('/series')).ms < 500, 15_000)
  for (const path of ['/series', '/metrics?metric=cpu']) {
    const { status, body, retryAfter, ms } = await get(path)
    assert.deepEqual([status, body.code], [503, 'STORE_UNAVAILABLE'], path)
    assert.ok(Number(retryAfter) > 0)
    assert.ok(ms < 1_000, `${path} took ${ms} ms`)
  }
  assert.equal((await get('/agents')).status, 200)

  services.control.mariadb.signal('SIGCONT')
  await sse.find(({ data }) => data?.includes('"x":[2]') === true, 30_000)
  await poll(async () => (await get('')).body.ingest.behind_ms === 0, 15_000)
  await poll(async () => (await get('/metrics?metric=cpu')).status === 200, 15_000)
  assert.equal(sse.blocks.filter(({ event }) => event === 'resync').length, 0)
})

test('while Redis hangs, sessions ask to sign in again and tokens go on; streams of sessions stay', async () => {
  assert.equal((await get('', session)).status, 200)
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, session)
  await sse.find(({ id }) => id !== undefined)
  services.control.redis.signal('SIGSTOP')
  await poll(async () => (await get('', session)).body.code === 'SESSIONS_UNAVAILABLE')
  const { status, retryAfter } = await get('', session)
  assert.equal(status, 503)
  assert.ok(Number(retryAfter) > 0)
  assert.equal((await get('')).status, 200)
  await post(3)
  await sse.find(({ data }) => data?.includes('"x":[3]') === true)
  services.control.redis.signal('SIGCONT')
  await poll(async () => (await get('', session)).status === 200)
})
