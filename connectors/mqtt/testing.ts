import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '@streamgauge/adapters/config.ts'
import type { Readiness } from '@streamgauge/adapters/http/health.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant, type Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import { createProvision } from '@streamgauge/adapters/mqtt/provision.ts'
import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import type { MqttClient } from 'mqtt'

const mainFile = join(import.meta.dirname, '..', '..', 'main.ts')

/** A process of the application. */
export interface Role {
  readonly url: string
  ready(): Promise<Readiness>
  /** The value of a metric, by its name and labels as they are written. */
  metric(name: string): Promise<number>
  /** Ends it with this signal and waits. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Services of a test's own, to freeze and kill, and the processes between a device and the store. */
export interface BridgeBench extends AsyncDisposable {
  readonly services: Services
  readonly log: Log
  readonly database: Database
  tenant(name: string, limits?: { seriesLimit?: number; quotaPointsPerSecond?: number }): Promise<Tenant>
  /** Starts a role; resolves when it lives, and for the bridge when it has subscribed. */
  start(role: 'bridge' | 'pipeline', env?: Readonly<Record<string, string>>): Promise<Role>
  /** Starts bridge `n` of several that share the messages. */
  startBridge(n: number, bridges: number): Promise<Role>
  /** An enrolled agent's connection; it comes back by itself and re-sends what was not acknowledged. */
  agent(tenant: Tenant, agentId: string): Promise<MqttClient>
  /** The values that are stored of a tenant, sorted. */
  values(tenant: string): Promise<number[]>
}

export async function bridgeBench(): Promise<BridgeBench> {
  await using cleanup = new AsyncDisposableStack()
  const services = cleanup.use(await startServices())
  const { env } = services
  const config = readConfig(env)
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const database = openDatabase({ url: env.DATABASE_URL })
  cleanup.defer(() => database.close())
  await migrate(database)
  const log = await openLog({ ...config.kafka, clientId: 'test', logger })
  cleanup.defer(() => log.close())
  await log.ensureTopics()
  const provision = createProvision({
    database,
    adminUrl: env.MQTT_ADMIN_URL,
    agentKey: env.MQTT_AGENT_KEY,
  })
  cleanup.defer(() => provision.close())
  const children = new Set<ChildProcess>()
  cleanup.defer(async () => {
    for (const child of children) child.kill('SIGKILL')
  })
  const clients: MqttClient[] = []
  cleanup.defer(async () => {
    for (const client of clients) client.end(true)
  })
  const ending = cleanup.move()

  const bench: BridgeBench = {
    services,
    log,
    database,
    async tenant(name, limits = {}) {
      const row = await createTenant(database, { name, ...limits }, Date.now())
      assert.ok(row)
      return row
    },
    async start(role, more = {}) {
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const child = spawn(process.execPath, [mainFile, `--role=${role}`], {
        env: { ...process.env, ...env, HTTP_PORT: String(port), LOG_LEVEL: 'error', ...more },
        stdio: 'inherit',
      })
      children.add(child)
      const ended = once(child, 'exit').then(() => void children.delete(child))
      const ready = async () => (await (await fetch(`${url}/health/ready`)).json()) as Readiness
      await until(async () => {
        assert.equal(child.exitCode, null, `${role} has ended`)
        const readiness = await ready().catch(() => undefined)
        return role === 'bridge' ? readiness?.checks.mqtt?.status === 'ok' : readiness !== undefined
      }, `${role} does not live`)
      return {
        url,
        ready,
        async metric(name) {
          const text = await (await fetch(`${url}/metrics`)).text()
          const line = text.split('\n').find((each) => each.startsWith(`${name} `))
          return Number(line?.slice(name.length + 1) ?? 0)
        },
        async end(signal) {
          child.kill(signal)
          await ended
        },
      }
    },
    startBridge: (n, bridges) =>
      bench.start('bridge', { MQTT_URL: bridgeUrl(env.MQTT_URL, n), MQTT_BRIDGES: String(bridges) }),
    async agent(tenant, agentId) {
      const { login } = await provision.enroll({ tenant, agentId }, { renew: false })
      const options = { clean: false, reconnectPeriod: 200, reconnectOnConnackError: true }
      const client = await connectTest(env.MQTT_URL, { ...login, clientId: login.username }, options)
      clients.push(client)
      return client
    },
    async values(tenant) {
      const rows = await database.query<{ value: number }>(
        'SELECT value FROM points WHERE tenant = ? ORDER BY value',
        [tenant],
      )
      return rows.map(({ value }) => value)
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
  return bench
}

/** Asks until `holds`. */
export async function until(holds: () => Promise<boolean>, what: string, ms = 30_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(what)
    await sleep(25)
  }
}

/** Numbers published so far by `publishSteadily`. */
export interface Flow {
  readonly sent: number
  /** Ends after what is under way and resolves when the broker has acknowledged everything. */
  finish(): Promise<void>
}

/**
 * Publishes 0, 1, 2 … as the values of single messages with an epoch and a sequence, a few each 10 ms; the broker's
 * acknowledgement is waited for, through reconnects.
 */
export function publishSteadily(client: MqttClient, topic: string, perTick = 5): Flow {
  const epoch = Date.now()
  const acknowledged: Promise<unknown>[] = []
  let sent = 0
  const timer = setInterval(() => {
    for (let i = 0; i < perTick; i++) {
      const seq = sent++
      const payload = JSON.stringify({ value: seq, epoch, seq })
      acknowledged.push(client.publishAsync(topic, payload, { qos: 1 }))
    }
  }, 10)
  timer.unref()
  return {
    get sent() {
      return sent
    },
    async finish() {
      clearInterval(timer)
      await Promise.all(acknowledged)
    },
  }
}

export const countTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
