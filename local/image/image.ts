// npm run image:test: the images are built, and every role plays its part from the inside of one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { callApi, expectStatus } from '../api.ts'
import { httpRequest } from '../http.ts'
import { freePort } from '../ports.ts'
import { type Services, startServices } from '../stack.ts'
import { makeBase } from './base.ts'
import { buildImage } from './build.ts'
import { acquireBuildah, inspect } from './buildah.ts'
import { type Container, openContainer } from './container.ts'

const names = { roles: 'localhost/streamgauge:image-test', agent: 'localhost/streamgauge-agent:image-test' }
const roles = ['connectors', 'bridge', 'gateway', 'pipeline'] as const
/** What we may add to the base: mostly packages. */
const addedBytes = 100_000_000
const patienceMs = 60_000
/** docker-compose.yml's stop_grace_period. */
const graceMs = 25_000

const cleanup = new AsyncDisposableStack()
const operatorToken = `sg_${randomBytes(32).toString('base64url')}`
let base: string
let services: Services
let container: Container

before(async () => {
  const say = (text: string) => process.stdout.write(`· ${text}\n`)
  await acquireBuildah(say)
  base = await makeBase(say)
  say('building the image of the roles')
  await buildImage({ base, name: names.roles })
  say('building the image of the agent')
  await buildImage({ base, name: names.agent, target: 'agent' })
  say('starting services')
  services = cleanup.use(await startServices())
  container = cleanup.use(await openContainer(names.roles))
})
after(() => cleanup.disposeAsync())

/** A container as orchestrators start it: what the image says goes before the arguments. */
async function play(role: string, port: number) {
  const { entrypoint, healthCheck } = await inspect(names.roles)
  const own = await openContainer(names.roles)
  const env = { ...services.env, HTTP_PORT: String(port), LOG_LEVEL: 'warn' }
  const [kind, ...command] = healthCheck
  assert.equal(kind, 'CMD')
  const isHealthy = () =>
    own.run(command, { env }).then(
      () => true,
      () => false,
    )
  assert.equal(await isHealthy(), false, 'its health check fails before it runs')
  const process = own.start([...entrypoint, 'main.ts', `--role=${role}`], env)
  const end = Date.now() + patienceMs
  while (!(await isReady(port))) {
    if (Date.now() > end) throw new Error(`${role} was not ready within ${patienceMs} ms`)
    await sleep(200)
  }
  return { role, container: own, process, isHealthy, url: `http://127.0.0.1:${port}` }
}

async function isReady(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/health/ready`
  return httpRequest(url, { timeoutMs: 2_000 }).then(
    ({ status }) => status === 200,
    () => false,
  )
}

test('the image is small, runs as a user without rights and takes signals itself', async (t) => {
  const [facts, { bytes }] = await Promise.all([inspect(names.roles), inspect(base)])
  t.diagnostic(`${Math.round(facts.bytes / 1e6)} MB, ${Math.round(bytes / 1e6)} of them the base`)
  assert.ok(facts.bytes - bytes < addedBytes)
  assert.equal(facts.user, '1000')
  assert.equal(facts.entrypoint[0], 'node')
  assert.deepEqual(facts.command, ['main.ts'])
})

test('nothing that it runs is writable for it, so its root may be read-only', async () => {
  const skipped = ['/proc', '/dev', '/sys', '/tmp', '/var/tmp', '/run', '/home/node', '/members']
  const pruned = skipped.flatMap((path, i) => [...(i > 0 ? ['-o'] : []), '-path', path])
  const find = ['find', '/', '(', ...pruned, ')', '-prune', '-o', '-writable', '-not', '-type', 'l', '-print']
  // Folders that it may not even look into are no answer.
  assert.equal(await container.run(['sh', '-c', '"$@" 2>/dev/null || true', 'sh', ...find]), '')
})

test('the broker’s volume begins as the broker’s own', async () => {
  const file = '/mosquitto/data/dynamic-security.json'
  const said = await container.run(['node', 'cli.ts', 'broker', 'init', file], {
    env: services.env,
    user: '1883:1883',
  })
  assert.match(said, /is written/)
})

test('a point goes through every role, each in a container of its own, and each leaves when it is told', async () => {
  const env = { ...services.env, OPERATOR_TOKEN: operatorToken }
  await container.run(['node', 'cli.ts', 'init'], { env })
  assert.match(await container.run(['node', 'cli.ts', 'init'], { env }), /up to date/)
  const played = await Promise.all(roles.map(async (role) => play(role, await freePort())))
  const [connectors, , gateway] = played
  const token = operatorToken
  const tenant = `${gateway.url}/api/v1/tenants`
  expectStatus(await callApi(tenant, { token, method: 'POST', body: { name: 'acme' } }), 201)
  const body = { label: 'image', scopes: ['ingest', 'read'] }
  const made = expectStatus(await callApi(`${tenant}/acme/tokens`, { token, method: 'POST', body }), 201)
  const own = { token: String(made.token) }
  const point = { metric_name: 'cpu', value: 42 }
  const url = `${connectors.url}/api/v1/metrics`
  expectStatus(await callApi(url, { ...own, method: 'POST', body: point }), 202)
  const end = Date.now() + patienceMs
  for (;;) {
    const reply = await callApi(`${tenant}/acme/metrics?metric=cpu&resolution=raw`, own)
    const { batch } = expectStatus(reply, 200) as { batch: { x: number[] } }
    if (batch.x[0] === 42) break
    assert.ok(Date.now() < end, 'the point was not stored')
    await sleep(100)
  }
  const page = await httpRequest(`${gateway.url}/`, { timeoutMs: 5_000 })
  assert.match(page.text, /<sg-app/)
  for (const { role, process, isHealthy, container } of played) {
    assert.ok(await isHealthy(), `${role} finds itself healthy`)
    const start = Date.now()
    assert.equal(await process.stop(), 0, role)
    assert.ok(Date.now() - start < graceMs, `${role} left in time`)
    await container[Symbol.asyncDispose]()
  }
})

test('the agent’s image measures the machine, and keeps its spool where it may write', async () => {
  await using agent = await openContainer(names.agent)
  const { entrypoint, user, bytes } = await inspect(names.agent)
  assert.equal(user, '1000')
  assert.ok(bytes - (await inspect(base)).bytes < addedBytes)
  assert.match(await agent.run([...entrypoint, '--version']), /^\d+\.\d+\.\d+$/)
  await agent.run(['touch', '/var/lib/streamgauge-agent/spool'])
  const first =
    'import("node:child_process").then(({ spawn }) => { const agent = spawn("node", ["/app/streamgauge-agent.js", "--stdout"]); agent.stdout.once("data", (line) => { console.log(String(line)); agent.kill() }) })'
  assert.match(await agent.run(['node', '--eval', first]), /cpu\.usage/)
})
