import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify } from './identity.ts'
import type { LocalJson } from './local-json.ts'
import { freePort } from './ports.ts'
import { root } from './root.ts'
import { testStack } from './stack.ts'

/** npm start on a throwaway folder, through bootstrap as npm runs it; what it prints is collected. */
class Start {
  readonly process: ChildProcess
  output = ''

  constructor(dir: string, env: Readonly<Record<string, string>>, ...nodeArgs: string[]) {
    this.process = spawn(process.execPath, [...nodeArgs, join(root, 'bootstrap.js'), 'local/start.ts'], {
      cwd: root,
      env: { ...process.env, ...env, STREAMGAUGE_DATA: dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk
      })
    }
  }

  async up(): Promise<void> {
    await until('the link', 60_000, () => {
      assert.equal(this.process.exitCode, null, this.output)
      return this.output.includes('Ctrl-C stops everything')
    })
  }

  /** For a test that failed half-way. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.end('SIGTERM')
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(this.process, 'exit')
    this.process.kill(signal)
    const [code] = await exit
    return code
  }
}

async function until(what: string, ms: number, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + ms
  while (!holds()) {
    assert.ok(Date.now() < deadline, `${what} within ${ms} ms`)
    await sleep(50)
  }
}

/** Bootstrap can't become the script there, and stays as its parent. */
const likeNode20 = ['--import', 'data:text/javascript,delete process.execve']

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-start-'))
  const file = join(dir, 'local.json')
  return {
    dir,
    file,
    local: (): LocalJson => JSON.parse(readFileSync(file, 'utf8')),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function pidsOf(local: LocalJson): number[] {
  return Object.values(local.roles).flatMap(({ pid }) => pid ?? [])
}

test('npm start feeds demo, says where everything is, keeps it so after a kill, and leaves nothing behind', async () => {
  await using stack = await testStack()
  using at = folder()
  const env = { ...stack.env, HTTP_PORT: String(await freePort()) }

  await using first = new Start(at.dir, env, ...likeNode20)
  await first.up()
  const local = at.local()
  assert.equal(statSync(at.file).mode & 0o777, 0o600)
  assert.equal(local.url, `http://127.0.0.1:${env.HTTP_PORT}`)
  assert.ok(first.output.includes(local.sign_in))
  assert.equal((await fetch(`${local.url}/mcp`, { method: 'POST' })).status, 401, 'assistants are served')
  assert.equal(local.services.mariadb?.url, stack.databaseUrl)
  assert.deepEqual(Object.keys(local.roles), ['connectors', 'bridge', 'pipeline', 'gateway', 'agent'])
  assert.ok(pidsOf(local).every((pid) => identify(pid)))
  await seen(local, ['cpu.usage', 'disk.usage', 'memory.used'])

  const killed = local.roles.gateway?.pid ?? 0
  process.kill(killed, 'SIGKILL')
  await until(
    'the gateway under a new pid',
    10_000,
    () => ![killed, undefined].includes(at.local().roles.gateway?.pid),
  )

  const pids = pidsOf(at.local())
  await first.end('SIGKILL')
  await until('no process left of a killed bootstrap', 30_000, () => pids.every((pid) => !identify(pid)))

  await using second = new Start(at.dir, env)
  await second.up()
  const again = at.local()
  assert.deepEqual(again.tenants, local.tenants)
  assert.equal(again.operator_token, local.operator_token)
  assert.notEqual(again.sign_in, local.sign_in)
  assert.equal(await second.end('SIGINT'), 0)
  assert.deepEqual(pidsOf(again).filter(identify), [])
})

test('a port in use is told at once, in one sentence with the remedy', async () => {
  using at = folder()
  const port = await freePort()
  const busy = createServer().listen(port, '127.0.0.1')
  await once(busy, 'listening')
  await using start = new Start(at.dir, { HTTP_PORT: String(port) })
  const [code] = await once(start.process, 'exit')
  busy.close()
  assert.equal(code, 1)
  assert.match(
    start.output,
    new RegExp(`Port ${port} of HTTP_PORT can't be used .*: stop what listens there`),
  )
  assert.doesNotMatch(start.output, /Redis| {4}at /)
})

test('dependencies are not installed again when nothing has changed', async () => {
  const failing = join(root, 'no-npm-here.js')
  const bootstrap = spawn(
    process.execPath,
    [join(root, 'bootstrap.js'), '-p', '"ran on " + process.version'],
    {
      env: { ...process.env, npm_execpath: failing },
    },
  )
  let output = ''
  for (const stream of [bootstrap.stdout, bootstrap.stderr]) stream.on('data', (chunk) => (output += chunk))
  await once(bootstrap, 'close')
  assert.equal(output, `ran on ${process.version}\n`)
})

/** Waits until the last values of these metrics are known to the public API. */
async function seen(local: LocalJson, metrics: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${local.tenants.demo.read}` }
  const deadline = Date.now() + 15_000
  for (;;) {
    const response = await fetch(`${local.url}/api/v1/tenants/demo/series`, { headers })
    const { items } = (await response.json()) as { items: { metric_name: string; last: unknown }[] }
    const names = items.filter(({ last }) => last !== null).map(({ metric_name }) => metric_name)
    if (metrics.every((name) => names.includes(name))) return
    assert.ok(Date.now() < deadline, `points of ${metrics} within 15 s, seen ${names}`)
    await sleep(100)
  }
}
