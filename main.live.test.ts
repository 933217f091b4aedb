import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createPort } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { recordsOf } from '@streamgauge/connectors/http/live-fixture.ts'
import { testStack } from '@streamgauge/local/stack.ts'

const mainFile = join(import.meta.dirname, 'main.ts')

async function freePort(): Promise<number> {
  const server = createPort().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function live(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/health/live`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('the process ended')
}

test('a process that is told to stop under load loses nothing it has accepted and leaves in time', async () => {
  await using stack = await testStack()
  const db = openDatabase({ url: stack.databaseUrl })
  await migrate(db)
  const tenant = await createTenant(db, { name: 'acme' }, Date.now())
  const token = newToken()
  const tenantId = tenant?.id ?? 0
  await createToken(db, { token, tenantId, label: '', scopes: ['ingest'], expiresAt: null }, Date.now())
  await db.close()
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const log = await openLog({
    brokers: stack.kafkaBrokers,
    topicPrefix: stack.topicPrefix,
    clientId: 'test',
    logger,
  })
  await log.ensureTopics()

  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { ...process.env, ...stack.env, HTTP_PORT: String(port), LOG_LEVEL: 'warn' }
  const child = spawn(process.execPath, [mainFile, '--role=connectors,gateway,pipeline'], {
    env,
    stdio: 'inherit',
  })
  const ended = once(child, 'exit')
  await live(url, child)

  let value = 0
  let isStopped = false
  const accepted: number[] = []
  const answers = new Set<number>()
  async function producer(): Promise<void> {
    while (!isStopped) {
      const mine = ++value
      const body = JSON.stringify({ metric_name: 'cpu', value: mine })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const response = await fetch(`${url}/api/v1/metrics`, { method: 'POST', headers, body }).catch(
        () => undefined,
      )
      if (!response) continue
      answers.add(response.status)
      if (response.status === 202) accepted.push(mine)
      await response.arrayBuffer()
    }
  }
  const producers = Array.from({ length: 8 }, producer)
  while (accepted.length < 200) await new Promise((resolve) => setTimeout(resolve, 20))
  const start = Date.now()
  child.kill('SIGTERM')
  const [code] = await ended
  isStopped = true
  await Promise.all(producers)
  assert.equal(code, 0)
  assert.ok(Date.now() - start < 20_000)
  assert.deepEqual(
    [...answers].filter((status) => status !== 202 && status !== 503),
    [],
  )
  const kept = new Set((await recordsOf(log, 'acme')).flatMap(({ x }) => x))
  assert.deepEqual(
    accepted.filter((one) => !kept.has(one)),
    [],
  )
  await log.close()
})

test('a role that does not exist, and a variable that is missing, are named', async () => {
  const run = async (args: string[], env: NodeJS.ProcessEnv): Promise<[code: number, text: string]> => {
    const child = spawn(process.execPath, [mainFile, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    const [code] = await once(child, 'close')
    return [code, text]
  }
  const [code, text] = await run(['--role=cook'], {})
  assert.deepEqual(
    [code, text.trim()],
    [2, 'There is no role cook; the roles are connectors, bridge, pipeline, gateway.'],
  )
  const services = { KAFKA_BROKERS: 'a:9092', DATABASE_URL: 'mysql://a/b', REDIS_URL: 'redis://a' }
  const [bridge, why] = await run(['--role=connectors,bridge'], services)
  assert.equal(bridge, 2)
  assert.match(why, /The role bridge needs MQTT_URL, such as mqtt:/)
  assert.match(
    (await run([], {}))[1],
    /KAFKA_BROKERS is not set; for example KAFKA_BROKERS=127\.0\.0\.1:9092/,
  )
})
