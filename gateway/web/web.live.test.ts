import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'

let whole: Whole
let uiFolder: string
before(async () => {
  uiFolder = await mkdtemp(join(tmpdir(), 'streamgauge-ui-'))
  whole = await startWhole({}, { uiFolder })
})
after(async () => {
  await whole[Symbol.asyncDispose]()
  await rm(uiFolder, { recursive: true })
})

interface Document {
  openapi: string
  components: { securitySchemes: object }
  paths: Record<string, Record<string, { responses: Record<string, { content?: object }>; summary?: string }>>
}

test('the OpenAPI document names every route of the API, with what it may answer', async () => {
  const document = (await (await fetch(`${whole.url}/api/v1/openapi.json`)).json()) as Document
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = whole.routes.filter(
    ({ url, method }) => url.startsWith('/api/') && !['HEAD', 'OPTIONS'].includes(method),
  )
  assert.ok(routes.length >= 12, `${routes.length} routes`)
  const written = routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(listed.filter((route) => route.includes('/api/')).sort(), written.sort())
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { responses, summary }] of Object.entries(methods)) {
      assert.ok(summary, `${method} ${path} has a summary`)
      const good = Object.keys(responses).filter((status) => status.startsWith('2'))
      assert.equal(good.length, 1, `${method} ${path} says how it succeeds`)
    }
  }
})

test('the stream and problems are described with their content types', async () => {
  const { openapi, components, paths } = (await (
    await fetch(`${whole.url}/api/v1/openapi.json`)
  ).json()) as Document
  assert.equal(openapi, '3.1.0')
  assert.ok('token' in components.securitySchemes)
  const { responses } = paths['/api/v1/stream/{tenant}'].get
  assert.deepEqual(Object.keys(responses[200].content ?? {}), ['text/event-stream'])
  assert.deepEqual(Object.keys(responses[401].content ?? {}), ['application/problem+json'])
})

test('before the dashboard is built its address says how to build it', async () => {
  const response = await fetch(`${whole.url}/t/acme`)
  assert.equal(response.status, 503)
  assert.match(await response.text(), /npm run build/)
})

test('what was built compressed is sent so to whom it is welcome', async () => {
  const code = 'export const n = 1'
  const path = join(uiFolder, 'assets', 'packed-1a2b3c4d.js')
  await mkdir(join(uiFolder, 'assets'), { recursive: true })
  await writeFile(path, code)
  await writeFile(`${path}.br`, brotliCompressSync(code))
  for (const [accepted, encoding] of [
    ['br', 'br'],
    ['identity', null],
  ] as const) {
    const headers = { 'accept-encoding': accepted }
    const response = await fetch(`${whole.url}/assets/packed-1a2b3c4d.js`, { headers })
    assert.equal(response.headers.get('content-encoding'), encoding)
    assert.match(response.headers.get('content-type') ?? '', /^application\/javascript/)
    assert.match(response.headers.get('vary') ?? '', /accept-encoding/i)
    assert.equal(await response.text(), code)
  }
  await rm(path)
  await rm(`${path}.br`)
})

test('the dashboard answers every page of its own and nothing else', async () => {
  await mkdir(join(uiFolder, 'assets'), { recursive: true })
  await writeFile(join(uiFolder, 'index.html'), '<!doctype html><title>Streamgauge</title>')
  await writeFile(join(uiFolder, 'assets', 'app-4f3a2b1c.js'), 'export {}')
  await writeFile(join(uiFolder, 'favicon.svg'), '<svg/>')
  await writeFile(join(uiFolder, '..', 'secret-of-test.txt'), 'secret')

  const table: [path: string, status: number, type: string, cache: string][] = [
    ['/', 200, 'text/html', 'no-cache'],
    ['/t/acme', 200, 'text/html', 'no-cache'],
    ['/sign-in', 200, 'text/html', 'no-cache'],
    ['/assets/app-4f3a2b1c.js', 200, 'application/javascript', 'public, max-age=31536000, immutable'],
    ['/favicon.svg', 200, 'image/svg+xml', 'no-cache'],
    ['/assets/app-gone.js', 404, 'application/problem+json', 'no-store'],
    ['/api/v1/nothing', 404, 'application/problem+json', 'no-store'],
    ['/api', 404, 'application/problem+json', 'no-store'],
    ['/%2e%2e/secret-of-test.txt', 404, 'application/problem+json', 'no-store'],
    ['/..%2fsecret-of-test.txt', 404, 'application/problem+json', 'no-store'],
    ['/%00', 404, 'application/problem+json', 'no-store'],
  ]
  for (const [path, status, type, cache] of table) {
    const response = await fetch(whole.url + path)
    assert.equal(response.status, status, path)
    assert.ok(
      response.headers.get('content-type')?.startsWith(type),
      `${path} ${response.headers.get('content-type')}`,
    )
    assert.equal(response.headers.get('cache-control'), cache, path)
  }
  await rm(join(uiFolder, '..', 'secret-of-test.txt'))
  const wrongMethod = await fetch(`${whole.url}/api/v1/metrics`)
  assert.deepEqual([wrongMethod.status, wrongMethod.headers.get('allow')], [405, 'POST'])
  const posted = await fetch(`${whole.url}/t/acme`, { method: 'POST' })
  assert.equal(posted.status, 404)
})

test('widgets are for pages of every origin, kept for minutes, and nothing else below /embed/v1 is', async () => {
  await mkdir(join(uiFolder, 'embed', 'v1', 'chunks'), { recursive: true })
  await writeFile(join(uiFolder, 'embed', 'v1', 'streamgauge.js'), 'export {}')
  await writeFile(join(uiFolder, 'embed', 'v1', 'chunks', 'chart-4f3a.js'), 'export {}')
  await writeFile(join(uiFolder, 'embed', 'v1', 'page.html'), '<script>')
  for (const path of ['/embed/v1/streamgauge.js', '/embed/v1/chunks/chart-4f3a.js']) {
    const { status, headers } = await fetch(whole.url + path, { headers: { origin: 'https://shop.example' } })
    assert.equal(status, 200, path)
    assert.match(headers.get('content-type') ?? '', /javascript/)
    assert.equal(headers.get('access-control-allow-origin'), '*')
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin')
    assert.equal(headers.get('cache-control'), 'public, max-age=300')
    const etag = headers.get('etag') ?? ''
    // Beside If-None-Match fetch asks for no cache at all, unless it is told otherwise.
    const known = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
    const again = await fetch(whole.url + path, { headers: known })
    assert.deepEqual([again.status, again.headers.get('access-control-allow-origin')], [304, '*'])
  }
  for (const path of ['page.html', 'gone.js', '', 'chunks', '..%2f..%2fassets%2fapp-4f3a2b1c.js']) {
    assert.equal((await fetch(`${whole.url}/embed/v1/${path}`)).status, 404, path)
  }
  assert.equal((await fetch(`${whole.url}/embed/v2/streamgauge.js`)).status, 404)
})

test('pages allow scripts and styles of this server only, and nobody may frame them', async () => {
  const policy = (await fetch(`${whole.url}/`)).headers.get('content-security-policy') ?? ''
  for (const part of [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
  ]) {
    assert.ok(policy.split('; ').includes(part), part)
  }
  assert.ok(!policy.includes('unsafe'))
})
