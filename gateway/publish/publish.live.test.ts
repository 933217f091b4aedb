import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { revokeToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { openSse, type SseBlock } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

const shop = 'https://shop.example'
const shown = ['cpu.usage', 'orders']
const page = { origin: shop }
const acme = '/api/v1/tenants/acme'

/** What tokens of the scope publish may ask for; each address with what makes it succeed. */
const shortList = [
  '/api/v1/stream/:tenant',
  '/api/v1/tenants/:tenant/metrics',
  '/api/v1/tenants/:tenant/series',
  '/api/v1/tenants/:tenant/agents',
  '/api/v1/tenants/:tenant/alerts',
]
const badge = '/badge/:tenant/:metric.svg'
/** What takes no token at all, so that a token changes nothing. */
const open = [
  'GET /api/v1/openapi.json',
  'POST /api/v1/session',
  'DELETE /api/v1/session',
  'GET /agent/streamgauge-agent.js',
  'GET /agent/install.sh',
  'GET /embed/v1/*',
  'GET /*',
]

let whole: Whole
let reader: Record<string, string>
let writer: Record<string, string>
let published: Record<string, string>

before(async () => {
  whole = await startWhole({ PUBLIC_URL: 'https://gauge.example', USE_MCP: 'true' })
  await whole.tenant('acme')
  await whole.tenant('other')
  reader = await bearer(whole.token('acme', 'read', 'ingest'))
  writer = await bearer(whole.token('acme', 'manage'))
  published = await publishToken()
  const point = (metric_name: string, agent_id: string, value: number) => ({ metric_name, agent_id, value })
  await post(
    point('cpu.usage', 'web-1', 1),
    point('secret.load', 'web-1', 2),
    point('secret.load', 'vault-1', 3),
  )
  await poll(async () => (await get(`${acme}/series`, reader)).body.items.length === 3)
})
after(() => whole[Symbol.asyncDispose]())

async function bearer(made: Promise<{ token: string }>): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${(await made).token}` }
}

async function publishToken(rate = 10_000): Promise<Record<string, string>> {
  const terms = { metrics: shown, origins: [shop, 'http://localhost:3000'], rate }
  return { ...(await bearer(whole.publishToken('acme', terms))), ...page }
}

async function post(...points: object[]): Promise<void> {
  const response = await fetch(`${whole.url}/api/v1/metrics`, {
    method: 'POST',
    headers: { ...reader, 'content-type': 'application/json' },
    body: JSON.stringify(points),
  })
  assert.equal(response.status, 202, await response.text())
}

async function get(path: string, headers: Record<string, string>, url = whole.url) {
  const response = await fetch(url + path, { headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : null }
}

const carries = (value: number) => (block: SseBlock) =>
  block.event === 'points' && JSON.parse(block.data ?? '').x.includes(value)

test('of all addresses of the server, a token of the scope publish may read the short list and nothing else', async () => {
  const known = new Set(whole.routes.map(({ method, url }) => `${method} ${url}`))
  assert.deepEqual(
    open.filter((route) => !known.has(route)),
    [],
  )
  const token = published.authorization.split(' ')[1]
  /** What an address needs beside the token in its header. */
  const queries: Record<string, string> = {
    '/api/v1/tenants/:tenant/metrics': '?metric=orders',
    [badge]: `?token=${token}`,
  }
  const answers: string[] = []
  for (const { method, url } of whole.routes) {
    const path = url
      .replace(':tenant', 'acme')
      .replace(':metric', 'orders')
      .replace(/:\w+/g, '1')
      .replace('*', 'index.html')
    if (method === 'OPTIONS' || open.includes(`${method.replace('HEAD', 'GET')} ${url}`)) continue
    const mine = ['GET', 'HEAD'].includes(method) && [...shortList, badge].includes(url)
    const query = mine ? (queries[url] ?? '') : ''
    const { authorization } = published
    const headers = mine ? published : { authorization }
    const response = await fetch(whole.url + path + query, { method, headers })
    if (mine) {
      answers.push(`${method} ${url}`)
      assert.equal(response.status, 200, `${method} ${url}`)
      await response.body?.cancel()
      continue
    }
    assert.equal(response.status, 403, `${method} ${url}`)
    if (method !== 'HEAD') assert.equal((await response.json()).code, 'FORBIDDEN', `${method} ${url}`)
  }
  assert.deepEqual(
    answers.filter((one) => one.startsWith('GET')).sort(),
    [...shortList, badge].map((url) => `GET ${url}`).sort(),
  )
})

test('it does not sign in, and is worth nothing in another tenant', async () => {
  const [, token] = published.authorization.split(' ')
  const signIn = await fetch(`${whole.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  assert.deepEqual([signIn.status, signIn.headers.get('set-cookie')], [403, null])
  const foreign = await get('/api/v1/tenants/other/series', published)
  assert.deepEqual([foreign.status, foreign.body.code], [403, 'FORBIDDEN'])
})

const asked: [path: string, status: number][] = [
  ['/series', 200],
  ['/series?agent=vault-1', 200],
  ['/series?metric=cpu.usage', 200],
  ['/series?metric=secret.load', 403],
  ['/series?metric=cpu.usage&metric=secret.load', 403],
  ['/metrics?metric=cpu.usage', 200],
  ['/metrics?metric=cpu.usage&agent=vault-1', 200],
  ['/metrics?metric=orders&metric=cpu.usage&aggregate=sum', 200],
  ['/metrics?metric=secret.load', 403],
  ['/metrics?metric=cpu.usage&metric=secret.load', 403],
  ['/metrics?metric=cpu.usage&metric=secret.load&aggregate=count', 403],
  ['/metrics?metric=secret.load&tag=a=b&resolution=1m', 403],
  ['/metrics?metric=CPU.usage', 403],
  ['/agents', 200],
  ['/agents?agent=vault-1', 200],
  ['/alerts', 200],
  ['/alerts?firing=true', 200],
  ['/alerts?rule=1', 200],
  ['/alerts?metric=secret.load', 403],
]
for (const [path, status] of asked) {
  test(`${path} answers ${status} and tells nothing of other metrics`, async () => {
    const answer = await get(acme + path, published)
    assert.equal(answer.status, status, answer.text)
    assert.doesNotMatch(answer.text.replace(/"instance":"[^"]*"/, ''), /secret|vault/)
    if (status === 403) assert.equal(answer.body.code, 'METRIC_NOT_PUBLISHED')
  })
}

test('series and points are those of its metrics, and agents those that send them, each in four words', async () => {
  const series = await get(`${acme}/series`, published)
  assert.deepEqual(
    series.body.items.map(({ metric_name, agent_id, last }: Record<string, unknown>) => [
      metric_name,
      agent_id,
      last !== null,
    ]),
    [['cpu.usage', 'web-1', true]],
  )
  const points = await get(`${acme}/metrics?metric=cpu.usage`, published)
  assert.deepEqual(points.body.batch.x, [1])
  const [agent, ...others] = (await get(`${acme}/agents`, published)).body.items
  assert.deepEqual([others, Object.keys(agent).sort()], [[], ['agent_id', 'last_seen', 'reason', 'status']])
  assert.equal(agent.agent_id, 'web-1')
  assert.deepEqual((await get(`${acme}/agents?agent=vault-1`, published)).body.items, [])
})

test('alerts are those of its metrics, without channels', async () => {
  for (const metric_name of ['cpu.usage', 'secret.load']) {
    const made = await fetch(`${whole.url}${acme}/alert-rules`, {
      method: 'POST',
      headers: { ...writer, 'content-type': 'application/json' },
      body: JSON.stringify({ metric_name, operator: '>', threshold: 50 }),
    })
    assert.equal(made.status, 201, await made.text())
  }
  using own = await openSse(`${whole.url}/api/v1/stream/acme`, published)
  using all = await openSse(`${whole.url}/api/v1/stream/acme`, reader)
  await Promise.all([own, all].map((sse) => sse.find(({ id }) => id !== undefined)))
  const about = (metric: string) => (block: SseBlock) =>
    block.event === 'alert' && JSON.parse(block.data ?? '').series[0] === metric
  // A rule holds from a moment after it was made, so points go on until it fires.
  let value = 90
  await poll(async () => {
    await post({ metric_name: 'secret.load', agent_id: 'vault-1', value: ++value })
    await post({ metric_name: 'cpu.usage', agent_id: 'web-1', value })
    return ['cpu.usage', 'secret.load'].every((metric) => all.blocks.some(about(metric)))
  }, 30_000)
  await own.find(about('cpu.usage'))
  assert.doesNotMatch(own.blocks.map(({ data }) => data).join('\n'), /secret|vault/)
  const listed = (await get(`${acme}/alerts`, published)).body.items
  assert.ok(listed.length > 0)
  for (const alert of listed) assert.deepEqual([alert.series[0], 'channels' in alert], ['cpu.usage', false])
  assert.ok((await get(`${acme}/alerts`, reader)).text.includes('secret.load'))
})

test('its stream carries points and agents of its metrics alone, and can be resumed past what it was not shown', async () => {
  using own = await openSse(`${whole.url}/api/v1/stream/acme`, published)
  using all = await openSse(`${whole.url}/api/v1/stream/acme`, reader)
  for (const sse of [own, all]) await sse.find(({ id }) => id !== undefined)
  assert.deepEqual(
    [own.status, own.headers['access-control-allow-origin'], own.headers.vary],
    [200, shop, 'Origin'],
  )
  const agent = (name: string) => (block: SseBlock) =>
    block.event === 'agent' && block.data?.includes(`"${name}"`) === true
  await post({ metric_name: 'secret.load', agent_id: 'vault-2', value: 7 })
  await post({ metric_name: 'orders', agent_id: 'web-2', value: 8 }, { metric_name: 'secret.load', value: 9 })
  await all.find(agent('vault-2'))
  const news = await own.find(agent('web-2'))
  assert.deepEqual(Object.keys(JSON.parse(news.data ?? '')).sort(), [
    'agent_id',
    'last_seen',
    'reason',
    'status',
  ])
  await post({ metric_name: 'secret.load', value: 10 })
  const last = await all.find(carries(10))
  const orders = own.points().filter(({ metric }) => metric === 'orders')
  assert.deepEqual(
    orders.map(({ x }) => x),
    [8],
  )
  assert.doesNotMatch(own.blocks.map(({ data }) => data).join('\n'), /secret|vault/)

  using again = await openSse(`${whole.url}/api/v1/stream/acme`, {
    ...published,
    'last-event-id': last.id ?? '',
  })
  await post({ metric_name: 'orders', value: 11 })
  await again.find(carries(11))
  assert.deepEqual([again.blocks[0].id, again.points().map(({ x }) => x)], [last.id, [11]])
  using foreign = await openSse(`${whole.url}/api/v1/stream/acme?metric=secret.load`, published)
  assert.equal(foreign.status, 403)
})

const origins: [what: string, headers: Record<string, string>, status: number][] = [
  ['a listed origin', { origin: shop }, 200],
  ['another listed origin', { origin: 'http://localhost:3000' }, 200],
  ['a page of this server', { 'sec-fetch-site': 'same-origin' }, 200],
  ['no origin', {}, 403],
  ['a foreign origin', { origin: 'https://evil.example' }, 403],
  ['a listed name on another port', { origin: `${shop}:8443` }, 403],
  ['a listed name without its s', { origin: 'http://shop.example' }, 403],
  ['a name below a listed one', { origin: 'https://a.shop.example' }, 403],
  ['a page without an origin of its own', { origin: 'null' }, 403],
  ['another site that names no origin', { 'sec-fetch-site': 'cross-site' }, 403],
]
for (const [what, headers, status] of origins) {
  test(`from ${what} it gets ${status}`, async () => {
    const { authorization } = published
    const answer = await get(`${acme}/series`, { authorization, ...headers })
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('vary'), 'Origin')
    assert.equal(answer.headers.get('access-control-allow-origin'), headers.origin ?? null)
    assert.equal(answer.headers.get('access-control-allow-credentials'), null)
    if (status === 403) assert.equal(answer.body.code, 'ORIGIN_NOT_ALLOWED')
  })
}

test('what browsers ask before is answered for every address of the short list, without a token', async () => {
  const ask = {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization, last-event-id',
  }
  for (const url of shortList) {
    const path = url.replace(':tenant', 'acme')
    const response = await fetch(whole.url + path, { method: 'OPTIONS', headers: { ...page, ...ask } })
    assert.equal(response.status, 204, url)
    const header = (name: string) => response.headers.get(`access-control-${name}`)
    assert.deepEqual(
      [header('allow-origin'), header('allow-methods'), header('allow-headers'), header('allow-credentials')],
      [shop, 'GET', 'authorization, last-event-id', null],
    )
    assert.equal(response.headers.get('vary'), 'Origin')
  }
  const rules = await fetch(`${whole.url}${acme}/alert-rules`, {
    method: 'OPTIONS',
    headers: { ...page, ...ask },
  })
  assert.deepEqual([rules.status, rules.headers.get('access-control-allow-origin')], [405, null])
})

test('pages may read why they are refused, and never what another token reads', async () => {
  const unknown = await get(`${acme}/series`, { ...page, authorization: `Bearer sgp_${'x'.repeat(43)}` })
  assert.deepEqual([unknown.status, unknown.headers.get('access-control-allow-origin')], [401, shop])
  const asReader = await get(`${acme}/series`, { ...reader, ...page })
  assert.deepEqual([asReader.status, asReader.headers.get('access-control-allow-origin')], [200, null])
})

test('over its rate it gets 429 with Retry-After, counted over all processes', async () => {
  const few = await publishToken(3)
  const { url } = await whole.replica()
  for (const at of [whole.url, url, whole.url])
    assert.equal((await get(`${acme}/series`, few, at)).status, 200)
  for (const at of [whole.url, url]) {
    const refused = await get(`${acme}/series`, few, at)
    assert.deepEqual([refused.status, refused.body.code], [429, 'RATE_EXCEEDED'])
    const wait = Number(refused.headers.get('retry-after'))
    assert.ok(wait >= 1 && wait <= 20, `${wait}`)
    assert.equal(refused.headers.get('access-control-allow-origin'), shop)
    assert.equal(refused.headers.get('access-control-expose-headers'), 'retry-after, x-server-time')
  }
})

test('when it is revoked its streams end, and it is refused', async () => {
  const { id, token } = await whole.publishToken('acme', { metrics: shown, origins: [shop], rate: 600 })
  const headers = { authorization: `Bearer ${token}`, ...page }
  using sse = await openSse(`${whole.url}/api/v1/stream/acme`, headers)
  await sse.find((block) => block.id !== undefined)
  await revokeToken(whole.database, id, Date.now())
  await sse.ended
  const refused = await get(`${acme}/series`, headers)
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, shop])
})
