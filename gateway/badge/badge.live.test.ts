import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let ingest: string
let manage: string
let token: string

before(async () => {
  whole = await startWhole()
  await whole.tenant('acme')
  ingest = (await whole.token('acme', 'ingest')).token
  manage = (await whole.token('acme', 'manage')).token
  const terms = {
    metrics: ['cpu.percent', 'a/b <c>', 'quiet'],
    origins: ['https://shop.example'],
    rate: 5_000,
  }
  token = (await whole.publishToken('acme', terms)).token
})
after(() => whole[Symbol.asyncDispose]())

async function send(path: string, bearer: string, body: object): Promise<void> {
  const response = await fetch(whole.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.ok(response.ok, await response.text())
}

const post = (value: number, agent_id = 'web-1') =>
  send('/api/v1/metrics', ingest, { metric_name: 'cpu.percent', agent_id, value })

async function badge(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${whole.url}/badge/${path}`, { headers })
  const svg = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    svg,
    title: /<title>(.*)<\/title>/.exec(svg)?.[1],
  }
}

test('a badge shows the newest value with its unit, of all agents or of one, under its name or another', async () => {
  assert.equal((await badge(`acme/quiet.svg?token=${token}`)).title, 'quiet: no points')
  await post(41)
  await post(42, 'web-2')
  const own = `acme/cpu.percent.svg?token=${token}`
  await poll(async () => (await badge(own)).title === 'cpu.percent: 42 %', 30_000)
  await poll(
    async () => (await badge(`${own}&agent=web-1&label=Shop%20CPU`)).title === 'Shop CPU: 41 %',
    30_000,
  )
  assert.equal(
    (await badge(`acme/${encodeURIComponent('a/b <c>')}.svg?token=${token}`)).title,
    'a/b &lt;c&gt;: no points',
  )
})

test('it is an image for every page, kept for seconds, and not sent again while it is the same', async () => {
  const first = await badge(`acme/cpu.percent.svg?token=${token}`)
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
  assert.equal(first.headers.get('cache-control'), 'max-age=10')
  assert.equal(first.headers.get('cross-origin-resource-policy'), 'cross-origin')
  const tag = first.headers.get('etag') ?? ''
  const again = await badge(`acme/cpu.percent.svg?token=${token}`, { 'if-none-match': `W/"x", W/${tag}` })
  assert.deepEqual([again.status, again.svg, again.headers.get('etag')], [304, '', tag])
  const listed = await badge(`acme/cpu.percent.svg?token=${token}`, { origin: 'https://shop.example' })
  assert.deepEqual(
    [listed.status, listed.headers.get('access-control-allow-origin')],
    [200, 'https://shop.example'],
  )
})

test('it says when an alert fires', async () => {
  await send('/api/v1/tenants/acme/alert-rules', manage, {
    metric_name: 'cpu.percent',
    operator: '>',
    threshold: 90,
  })
  await poll(async () => {
    await post(97)
    return (await badge(`acme/cpu.percent.svg?token=${token}`)).title === 'cpu.percent: 97 % firing'
  }, 30_000)
})

const refused: [
  what: string,
  path: () => string,
  headers: Record<string, string>,
  status: number,
  word: RegExp,
][] = [
  ['no token', () => 'acme/cpu.percent.svg', {}, 401, /token not valid/],
  [
    'a token that there is not',
    () => `acme/cpu.percent.svg?token=sgp_${'x'.repeat(43)}`,
    {},
    401,
    /token not valid/,
  ],
  ['a secret token', () => `acme/cpu.percent.svg?token=${manage}`, {}, 401, /token not valid/],
  ['another tenant', () => `other/cpu.percent.svg?token=${token}`, {}, 403, /token not allowed/],
  ['another metric', () => `acme/mem.svg?token=${token}`, {}, 403, /metric not published/],
  [
    'a foreign origin',
    () => `acme/cpu.percent.svg?token=${token}`,
    { origin: 'https://evil.example' },
    403,
    /origin not allowed/,
  ],
  [
    'an endless label',
    () => `acme/cpu.percent.svg?token=${token}&label=${'x'.repeat(65)}`,
    {},
    422,
    /address not valid/,
  ],
]
for (const [what, path, headers, status, word] of refused) {
  test(`with ${what} it is an image that says so, with ${status}`, async () => {
    const answer = await badge(path(), headers)
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.match(answer.title ?? '', word)
    assert.doesNotMatch(answer.svg, /acme|cpu\.percent|sgp?_[^…]/)
  })
}

test('over its rate it says so, with 429 and when to come back', async () => {
  const terms = { metrics: ['cpu.percent'], origins: ['https://shop.example'], rate: 1 }
  const few = (await whole.publishToken('acme', terms)).token
  assert.equal((await badge(`acme/cpu.percent.svg?token=${few}`)).status, 200)
  const { status, headers, title } = await badge(`acme/cpu.percent.svg?token=${few}`)
  assert.equal(status, 429)
  assert.ok(Number(headers.get('retry-after')) > 0)
  assert.match(title ?? '', /too many requests/)
})
