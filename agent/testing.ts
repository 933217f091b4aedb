import { type ChildProcess, spawn } from 'node:child_process'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bootstrap } from '@streamgauge/adapters/mqtt/bootstrap.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { brokerConfiguration } from '@streamgauge/local/services/mosquitto-conf.ts'
import { mosquittoPing } from '@streamgauge/local/services/mosquitto-ping.ts'
import { connect } from 'mqtt'

const plugin = '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so'
const bridge = { username: 'streamgauge-bridge', password: 'bridge' }
const admin = { username: 'streamgauge-admin', password: 'admin' }

/** A real broker that a test stops, kills and starts again on the same port and data. */
export interface Broker extends AsyncDisposable {
  readonly url: string
  start(): Promise<void>
  stop(signal: NodeJS.Signals): Promise<void>
}

interface Grant {
  readonly username: string
  readonly password: string
  /** Topics it may publish to. */
  readonly topics: readonly string[]
}

/** Starts a broker with these logins, configured as by `npm start`, and `lines` besides. */
export async function startBroker(grants: readonly Grant[], lines: readonly string[] = []): Promise<Broker> {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-broker-'))
  const port = await freePort()
  const security = join(dir, 'dynamic-security.json')
  writeFileSync(security, withGrants(bootstrap(undefined, { admin, bridges: [bridge] }) ?? '', grants), {
    mode: 0o600,
  })
  const configuration = join(dir, 'mosquitto.conf')
  const settings = brokerConfiguration({ plugin, dir, host: '127.0.0.1', port })
  const names = lines.map((line) => line.split(' ')[0])
  const kept = settings.split('\n').filter((line) => !names.includes(line.split(' ')[0]))
  writeFileSync(configuration, [...lines, ...kept].join('\n'))
  let process: ChildProcess | undefined

  const broker: Broker = {
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      process = spawn('mosquitto', ['-c', configuration], { stdio: 'ignore' })
      await until('the broker answers', () => mosquittoPing('127.0.0.1', port, 1_000).then(() => true))
    },
    async stop(signal) {
      if (process === undefined) return
      const ended = once(process, 'exit')
      process.kill(signal)
      await ended
      process = undefined
    },
    async [Symbol.asyncDispose]() {
      await broker.stop('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await broker.start()
  return broker
}

export interface Received {
  readonly topic: string
  readonly retain: boolean
  readonly payload: {
    readonly epoch: number
    readonly seq: number
    readonly points: { metric_name: string; value: number; timestamp: number }[]
    readonly status?: string
    readonly reason?: string
  }
}

/** What the bridge would see: everything published, over a session that outlives its connections. */
export interface Listener extends AsyncDisposable {
  readonly batches: Received[]
  readonly statuses: Received[]
  /** The numbers of an epoch that have arrived, each once, sorted. */
  seqs(epoch: number): number[]
}

export async function listen(broker: Broker): Promise<Listener> {
  const client = connect(broker.url, {
    protocolVersion: 5,
    ...bridge,
    clientId: bridge.username,
    clean: false,
    properties: { sessionExpiryInterval: 3600 },
    reconnectPeriod: 100,
    reconnectOnConnackError: true,
  })
  client.on('error', () => undefined)
  const [batches, statuses]: Received[][] = [[], []]
  client.on('message', (topic: string, payload: Buffer, { retain }: { retain: boolean }) => {
    const list = topic.startsWith('metrics/') ? batches : statuses
    list.push({ topic, retain, payload: JSON.parse(payload.toString()) })
  })
  client.on('connect', () => client.subscribe(['metrics/#', 'agents/+/+/status'], { qos: 1 }))
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  return {
    batches,
    statuses,
    seqs: (epoch) =>
      [
        ...new Set(
          batches.filter(({ payload }) => payload.epoch === epoch).map(({ payload }) => payload.seq),
        ),
      ].sort((a, b) => a - b),
    [Symbol.asyncDispose]: async () => void (await client.endAsync(true)),
  }
}

/** Waits until something holds; what throws does not hold yet. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const deadline = Date.now() + ms
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`)
    await sleep(20)
  }
}

function withGrants(text: string, grants: readonly Grant[]): string {
  const security = JSON.parse(text)
  for (const { username, password, topics } of grants) {
    const salt = randomBytes(12)
    security.clients.push({
      username,
      password: pbkdf2Sync(password, salt, 101, 64, 'sha512').toString('base64'),
      salt: salt.toString('base64'),
      iterations: 101,
      roles: [{ rolename: username }],
    })
    const acls = topics.map((topic) => ({ acltype: 'publishClientSend', topic, priority: 0, allow: true }))
    security.roles.push({ rolename: username, acls })
  }
  return JSON.stringify(security)
}
