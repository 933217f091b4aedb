import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { limits } from '@streamgauge/core/limits.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import { type LiveIngest, type LiveTenant, post, recordsOf, startIngest } from './live-fixture.ts'

const point = { metric_name: 'cpu', value: 1 }
let stack: TestStack
let ingest: LiveIngest
let acme: LiveTenant

before(async () => {
  stack = await testStack()
  ingest = await startIngest(stack.env)
  acme = await ingest.tenant()
})
after(async () => {
  await ingest?.[Symbol.asyncDispose]()
  await stack?.[Symbol.asyncDispose]()
})

async function stored(): Promise<number> {
  return (await ingest.log.bounds(topics.ingest)).reduce((sum, { high }) => sum + high, 0)
}

test('accepted points are in the log when the answer comes, under the tenant of the token', async () => {
  const tenant = await ingest.tenant()
  const start = Date.now()
  assert.deepEqual((await tenant.post(point)).body, { accepted: 1 })
  const gzipped = gzipSync(JSON.stringify([point, { ...point, agent_id: 'web-1', timestamp: start - 1 }]))
  const { status, body } = await tenant.post(gzipped, { headers: { 'content-encoding': 'gzip' } })
  assert.deepEqual([status, body], [202, { accepted: 2 }])
  const [first, second] = await recordsOf(ingest.log, tenant.name)
  assert.deepEqual([first.series, first.s, first.x], [[['cpu', null, {}]], [0], [1]])
  assert.ok(first.received >= start && first.t[0] === first.received)
  assert.deepEqual([second.t[1], second.series[1]], [start - 1, ['cpu', 'web-1', {}]])
})

test('every malformed request gets a named answer, stores nothing and leaves the connection usable', async () => {
  const gzip = { 'content-encoding': 'gzip' }
  const packed = gzipSync(JSON.stringify([point]))
  const spoiled = Buffer.from(packed)
  spoiled[spoiled.length - 6] ^= 1
  const surrogate = '{"metric_name":"a\\ud800","value":1}'
  const tooMany = JSON.stringify(Array.from({ length: limits.pointsPerRequest + 1 }, () => point))
  type Case = [
    name: string,
    body: string | Uint8Array,
    status: number,
    code: string,
    headers?: Record<string, string>,
  ]
  const cases: Case[] = [
    ['nothing', '', 400, 'JSON_INVALID'],
    ['no JSON', 'cpu 1', 400, 'JSON_INVALID'],
    ['NaN', '[{"metric_name":"cpu","value":NaN}]', 400, 'JSON_INVALID'],
    ['Infinity', '[{"metric_name":"cpu","value":-Infinity}]', 400, 'JSON_INVALID'],
    ['cut short', '[{"metric_name":"cpu","val', 400, 'JSON_INVALID'],
    ['two documents', '{}{}', 400, 'JSON_INVALID'],
    ['invalid UTF-8', Buffer.from('{"metric_name":"\xff","value":1}', 'latin1'), 400, 'JSON_INVALID'],
    ['a key twice', '{"metric_name":"cpu","value":1,"value":2}', 400, 'JSON_DUPLICATE_KEY'],
    ['a tag twice', '{"metric_name":"cpu","value":1,"tags":{"a":"1","a":"1"}}', 400, 'JSON_DUPLICATE_KEY'],
    [
      'a key twice, escaped',
      '{"metric_name":"c\\u003a","value":1,"v\\u0061lue":2}',
      400,
      'JSON_DUPLICATE_KEY',
    ],
    ['a key twice, hidden', '{"metric_name":"c\\u003a","value":1,"value":1}', 400, 'JSON_DUPLICATE_KEY'],
    ['deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'JSON_TOO_DEEP'],
    ['very deep', '['.repeat(8_000_000), 400, 'JSON_TOO_DEEP'],
    ['deep in a tag', '{"metric_name":"a","value":1,"tags":{"a":{"b":{}}}}', 400, 'JSON_TOO_DEEP'],
    ['masses of objects', `[${'{},'.repeat(2_000_000)}{}]`, 422, 'TOO_MANY_POINTS'],
    ['not gzip', JSON.stringify(point), 400, 'GZIP_INVALID', gzip],
    ['half a gzip', packed.subarray(0, -10), 400, 'GZIP_INVALID', gzip],
    ['spoiled gzip', spoiled, 400, 'GZIP_INVALID', gzip],
    ['empty gzip', '', 400, 'GZIP_INVALID', gzip],
    ['a gzip bomb', gzipSync(Buffer.alloc(200 * 1024 * 1024)), 413, 'BODY_TOO_LARGE', gzip],
    ['a huge body', 'x'.repeat(limits.bodyBytes + 1), 413, 'BODY_TOO_LARGE'],
    ['brotli', packed, 415, 'CONTENT_ENCODING_UNSUPPORTED', { 'content-encoding': 'br' }],
    [
      'a form',
      'metric_name=cpu&value=1',
      415,
      'CONTENT_TYPE_UNSUPPORTED',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['text', '{}', 415, 'CONTENT_TYPE_UNSUPPORTED', { 'content-type': 'text/plain' }],
    ['UTF-16', '{}', 415, 'CONTENT_TYPE_UNSUPPORTED', { 'content-type': 'application/json; charset=utf-16' }],
    ['no points', '[]', 422, 'EMPTY'],
    ['too many', tooMany, 422, 'TOO_MANY_POINTS'],
    ['a lone surrogate', surrogate, 422, 'VALIDATION_FAILED'],
    ['a number', '5', 422, 'VALIDATION_FAILED'],
    ['1e400', '{"metric_name":"cpu","value":1e400}', 422, 'VALIDATION_FAILED'],
    [
      'a bad key',
      JSON.stringify(point),
      422,
      'IDEMPOTENCY_KEY_INVALID',
      { 'idempotency-key': 'x'.repeat(256) },
    ],
  ]
  const before = await stored()
  for (const [name, body, status, code, headers] of cases) {
    const answer = await acme.post(body, { headers })
    assert.deepEqual([answer.status, answer.body.code], [status, code], name)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, name)
    assert.ok(answer.body.instance, name)
    assert.equal((await acme.post({})).status, 422, `${name}: the next request`)
  }
  assert.equal(await stored(), before)
})

test('a chunked body is counted as it comes', async () => {
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `Bearer ${acme.token}`, 'content-type': 'application/json' }
    const sending = httpRequest(`${ingest.url}/api/v1/metrics`, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sending.on('error', reject)
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    for (let sent = 0; sent <= limits.bodyBytes; sent += chunk.length) sending.write(chunk)
    sending.end()
  })
  assert.equal(answer, 413)
})

test('bad points are named and nothing is stored, or with partial=true the good ones are', async () => {
  const tenant = await ingest.tenant()
  const items = [point, { metric_name: '', value: 'x' }, point, { ...point, timestamp: 1 }]
  const refused = await tenant.post(items)
  assert.equal(refused.status, 422)
  assert.deepEqual(
    refused.body.errors?.map(({ index, field, code }) => [index, field, code]),
    [
      [1, 'metric_name', 'METRIC_NAME_INVALID'],
      [1, 'value', 'VALUE_INVALID'],
      [3, 'timestamp', 'TIMESTAMP_TOO_OLD'],
    ],
  )
  assert.deepEqual(await recordsOf(ingest.log, tenant.name), [])
  const partial = await tenant.post(items, { query: '?partial=true' })
  assert.deepEqual([partial.status, partial.body.accepted, partial.body.rejected], [202, 2, 2])
  assert.equal(partial.body.errors?.length, 3)
  assert.equal((await tenant.post([{}], { query: '?partial=true' })).status, 422)
  assert.equal((await tenant.post(point, { query: '?partial=perhaps' })).body.code, 'QUERY_INVALID')
  assert.equal((await recordsOf(ingest.log, tenant.name)).length, 1)
})

test('an Idempotency-Key gives the same records the same ids, and others with another body', async () => {
  const tenant = await ingest.tenant()
  const wide = (value: number) =>
    Array.from({ length: 2_000 }, (_, i) => ({
      metric_name: `m${i}${'x'.repeat(190)}`,
      value,
      tags: { k: 'v'.repeat(200) },
    }))
  const headers = { 'idempotency-key': 'order-1' }
  for (const value of [1, 1, 2])
    assert.equal((await tenant.post(wide(value), { headers })).body.accepted, 2_000)
  const records = await recordsOf(ingest.log, tenant.name)
  const ids = records.map(({ id }) => id)
  const chunks = records.length / 3
  assert.ok(chunks >= 2, 'large requests are split')
  assert.deepEqual(ids.slice(0, chunks), ids.slice(chunks, 2 * chunks))
  assert.equal(new Set(ids).size, 2 * chunks)
  assert.ok(records.every((record) => JSON.stringify(record).length <= limits.recordBytes))
  const xs = records.slice(0, chunks).reduce((sum, { x }) => sum + x.length, 0)
  assert.equal(xs, 2_000)
})

test('a request of 16 MiB goes through whole', async () => {
  const tenant = await ingest.tenant()
  const items = Array.from({ length: 10_000 }, (_, i) => ({
    ...point,
    tags: { a: `${i}`, b: '€'.repeat(256), c: 'x'.repeat(256) },
  }))
  const { status, body } = await tenant.post(gzipSync(JSON.stringify(items)), {
    headers: { 'content-encoding': 'gzip' },
  })
  assert.deepEqual([status, body.accepted], [202, 10_000])
  const records = await recordsOf(ingest.log, tenant.name)
  assert.equal(
    records.reduce((sum, { x }) => sum + x.length, 0),
    10_000,
  )
})

test('who may not send is told before the body is read', async () => {
  const reader = await ingest.token(acme.id, ['read'])
  const operator = await ingest.token(null, ['operator'])
  const expired = await ingest.token(acme.id, ['ingest'], Date.now() - 1)
  const cases: [token: string, status: number, code: string][] = [
    ['', 401, 'UNAUTHENTICATED'],
    ['nonsense', 401, 'UNAUTHENTICATED'],
    [`sg_${'A'.repeat(43)}`, 401, 'UNAUTHENTICATED'],
    [expired.token, 401, 'UNAUTHENTICATED'],
    [reader.token, 403, 'FORBIDDEN'],
    [operator.token, 403, 'FORBIDDEN'],
  ]
  for (const [token, status, code] of cases) {
    const answer = await post(`${ingest.url}/api/v1/metrics`, token, 'not even JSON')
    assert.deepEqual([answer.status, answer.body.code], [status, code], token)
    if (status === 401)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="streamgauge"/)
  }
  // Headers only: the answer comes although the promised body never does.
  const { port } = new URL(ingest.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    'POST /api/v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n',
  )
  const [first] = await socket.take(1).toArray()
  assert.match(String(first), /^HTTP\/1\.1 401 /)
  socket.destroy()
})

test('a tenant above its quota gets 429 with the time to wait, others go on', async () => {
  const tenant = await ingest.tenant({ quotaPointsPerSecond: 10 })
  const hundred = Array.from({ length: 100 }, () => point)
  assert.equal((await tenant.post(hundred)).status, 202)
  const refused = await tenant.post(hundred)
  assert.deepEqual([refused.status, refused.body.code], [429, 'QUOTA_EXCEEDED'])
  const wait = Number(refused.headers.get('retry-after'))
  assert.ok(wait >= 9 && wait <= 10, `${wait}`)
  assert.equal((await acme.post(hundred)).status, 202)
})

test('a tenant at its number of series may send what it has, and new ones are named', async () => {
  const tenant = await ingest.tenant({ seriesLimit: 2 })
  const of = (name: string) => ({ metric_name: name, value: 1 })
  assert.equal((await tenant.post([of('a'), of('b')])).status, 202)
  assert.equal((await tenant.post([of('a'), of('b')])).status, 202)
  const refused = await tenant.post([of('a'), of('c')])
  assert.deepEqual([refused.status, refused.body.code], [422, 'SERIES_LIMIT'])
  assert.deepEqual(
    refused.body.errors?.map(({ index, code }) => [index, code]),
    [[1, 'SERIES_LIMIT']],
  )
  const partial = await tenant.post([of('c'), of('b')], { query: '?partial=true' })
  assert.deepEqual([partial.status, partial.body.accepted, partial.body.errors?.[0].index], [202, 1, 0])
})

test('requests that do not fit into memory get 503 before their body is read', async () => {
  await using small = await startIngest(stack.env, { admissionBytes: 1_000 })
  const answer = await post(`${small.url}/api/v1/metrics`, acme.token, ' '.repeat(2_000))
  assert.deepEqual([answer.status, answer.body.code], [503, 'OVERLOADED'])
  assert.ok(Number(answer.headers.get('retry-after')) >= 1)
  const metrics = await (await fetch(`${small.url}/metrics`)).text()
  assert.match(metrics, /^streamgauge_ingest_bytes_in_flight 0$/m)
  assert.equal((await post(`${small.url}/api/v1/metrics`, acme.token, point)).status, 202)
})

test('a server that is stopping answers what it has taken and refuses the rest', async () => {
  await using leaving = await startIngest(stack.env)
  leaving.app.drain()
  const answer = await post(`${leaving.url}/api/v1/metrics`, acme.token, point)
  assert.deepEqual([answer.status, answer.body.code], [503, 'SHUTTING_DOWN'])
  assert.equal(answer.headers.get('connection'), 'close')
  assert.equal((await fetch(`${leaving.url}/health/ready`)).status, 503)
  assert.equal((await fetch(`${leaving.url}/health/live`)).status, 200)
})
