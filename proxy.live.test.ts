// The proxy of docker-compose.scale.yml as it is, before roles that leave: nginx comes with apt, the first time.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { poll } from '@streamgauge/bench/poll.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { problem } from '@streamgauge/core/errors.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { acquire } from '@streamgauge/local/install/acquire.ts'

const wanted = { title: 'nginx', programs: ['nginx'], packages: ['nginx'] }
/** Where a role listens; where nobody does; where somebody does who dies of every request. */
const [alive, gone, dying] = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
/** Of either half of a test: each address is asked first many times. */
const requests = 30

let whole: Whole
let token: string
let proxy: string
/** What the names of the roles mean, those of docker-compose.scale.yml. */
let addresses: Readonly<Record<string, readonly string[]>> = { connectors: [alive], app: [alive] }
const cleanup = new AsyncDisposableStack()
/** Requests that the dying one has begun to read. */
let swallowed = 0
/** Names that nginx has asked for since `leadTo` was called. */
const asked = new Set<string>()

before(async () => {
  whole = cleanup.use(await startWhole({ TRUST_PROXY: alive }))
  await whole.tenant('acme')
  token = (await whole.token('acme', 'ingest', 'read')).token
  const port = Number(new URL(whole.url).port)
  const dead = createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      swallowed++
      socket.destroy()
    })
  })
  await listening(dead, port, dying)
  cleanup.defer(() => void dead.close())
  proxy = await startProxy(port, await startNames())
})
after(() => cleanup.disposeAsync())

async function listening(server: Server, port: number, host: string): Promise<number> {
  await once(server.listen(port, host), 'listening')
  return (server.address() as { port: number }).port
}

/** A name server that answers questions for IPv4 with `addresses`, to be remembered for no second. */
async function startNames(): Promise<number> {
  const names = createSocket('udp4', (query, { port, address }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5)
    const name = query.toString('latin1', 13, 13 + query[12])
    const found = addresses[name] ?? []
    asked.add(name)
    const head = Buffer.from(query.subarray(0, 12))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(found.length, 6)
    head.fill(0, 8)
    const answers = found.map((each) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...each.split('.').map(Number)]),
    )
    names.send(Buffer.concat([head, question, ...answers]), port, address)
  })
  await once(names.bind(0, alive), 'listening')
  cleanup.defer(() => void names.close())
  return names.address().port
}

/** nginx with proxy.conf, but for ports, names and the folder that are those of the containers. */
async function startProxy(backend: number, names: number): Promise<string> {
  const program = await acquire(wanted, () => undefined)
  assert.ok(program, 'nginx is neither here nor to be installed')
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-proxy-'))
  // Its worker is another user.
  chmodSync(folder, 0o755)
  const probe = createServer()
  const port = await listening(probe, 0, alive)
  probe.close()
  const replaced: [of: RegExp, by: string][] = [
    [/\/tmp\//g, `${folder}/`],
    [/resolver 127\.0\.0\.11 valid=2s/, `resolver 127.0.0.1:${names} `],
    [/listen 8080/, `listen 127.0.0.1:${port}`],
    [/(connectors|app):8080/g, `$1:${backend}`],
  ]
  const conf = replaced.reduce(
    (text, [of, by]) => {
      assert.match(text, of)
      return text.replace(of, by)
    },
    readFileSync(new URL('proxy.conf', import.meta.url), 'utf8'),
  )
  writeFileSync(join(folder, 'nginx.conf'), conf)
  const nginx = spawn(program, ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' })
  cleanup.defer(async () => {
    nginx.kill('SIGTERM')
    if (nginx.exitCode === null) await once(nginx, 'exit')
    rmSync(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${port}`
  while (nginx.exitCode === null) {
    const answer = await fetch(`${url}/health/live`).catch(() => undefined)
    if (answer?.ok) return url
  }
  throw new Error(`nginx ended with ${nginx.exitCode}`)
}

/** Lets the names of roles mean these addresses, and returns once nginx has heard it. */
async function leadTo(connectors: readonly string[], app = connectors): Promise<void> {
  addresses = { connectors, app }
  asked.clear()
  await poll(async () => {
    for (const answer of await Promise.all([get(), post()])) await answer.text()
    return asked.size === 2
  }, 10_000)
  swallowed = 0
}

function get(): Promise<Response> {
  return fetch(`${proxy}/api/v1/tenants/acme`, { headers: { authorization: `Bearer ${token}` } })
}

function post(bytes = 0): Promise<Response> {
  const body = JSON.stringify([{ metric_name: 'cpu', value: 1, timestamp: Date.now() }]).padEnd(bytes)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(`${proxy}/api/v1/metrics`, { method: 'POST', headers, body })
}

async function statuses(ask: () => Promise<Response>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: requests }, () => ask()))
  for (const answer of answers) await answer.text()
  return [...new Set(answers.map(({ status }) => status))].sort()
}

async function assertLater(answer: Response, code: 'LOG_UNCERTAIN' | 'STORE_UNAVAILABLE'): Promise<void> {
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.equal(answer.headers.get('retry-after'), '1')
  assert.deepEqual(await answer.json(), problem(code))
}

test('a role that is gone fails no request: GET and POST are answered by the other one', async () => {
  await leadTo([gone, alive])
  assert.deepEqual(await statuses(get), [200])
  assert.deepEqual(await statuses(post), [202])
})

test('a role that dies of a request costs a GET nothing, and no POST is sent a second time', async () => {
  await leadTo([dying, alive])
  assert.deepEqual(await statuses(get), [200])
  assert.ok(swallowed > 0)
  swallowed = 0
  const answers = await Promise.all(Array.from({ length: requests }, () => post()))
  const failed = answers.filter(({ status }) => status !== 202)
  assert.ok(failed.length > 0 && failed.length < requests)
  assert.equal(failed.length, swallowed)
  for (const answer of failed) await assertLater(answer, 'LOG_UNCERTAIN')
})

test('with nobody left it is said when to ask again, in words of the API', async () => {
  await leadTo([gone])
  await assertLater(await post(), 'LOG_UNCERTAIN')
  await assertLater(await get(), 'STORE_UNAVAILABLE')
})

test('points go to the connectors, however many a body holds, and all else to the gateways', async () => {
  await leadTo([alive], [gone])
  assert.equal((await post(limits.bodyBytes)).status, 202)
  assert.equal((await get()).status, 503)
  await leadTo([gone], [alive])
  assert.equal((await post()).status, 503)
  assert.equal((await get()).status, 200)
})

test('who tries to sign in is told apart, whatever he says of himself', async () => {
  await leadTo([alive])
  const guess = async (from: string, says?: string) => {
    const headers = { 'content-type': 'application/json', ...(says && { 'x-forwarded-for': says }) }
    const sent = request(`${proxy}/api/v1/session`, { method: 'POST', headers, localAddress: from })
    sent.end(JSON.stringify({ code: 'guess' }))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  let status: number | undefined
  do status = await guess('127.0.0.4')
  while (status === 422)
  assert.equal(status, 429)
  assert.equal(await guess('127.0.0.4', '203.0.113.7'), 429)
  assert.equal(await guess('127.0.0.5'), 422)
})
