import assert from 'node:assert/strict'
import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { createProvision, type Provision } from '@streamgauge/adapters/mqtt/provision.ts'
import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { openRedis, type RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createPresenceBell, listenPresence } from '@streamgauge/adapters/redis/presence.ts'
import { openSse, type SseClient } from '@streamgauge/bench/sse.ts'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { startBridge } from '@streamgauge/connectors/mqtt/bridge.ts'
import { openAgentPresence } from '@streamgauge/connectors/mqtt/presence.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'

// What the live tests of agents stand on: services of their own to freeze, every role, and agents on a real broker.
const logger = createLog({ name: 'test', level: 'silent', terminal: false })
export let services: Services
export let whole: Whole
let redis: RedisStore
export let provision: Provision
let bridge: { close(): Promise<void> }
export let bearer: { authorization: string }
export const acme = { id: 0, name: 'acme' }

/** Starts everything; at the end `stopAgents`. */
export async function startAgents(): Promise<void> {
  services = await startServices({ only: ['mariadb', 'redis', 'mqtt'] })
  const { env } = services
  whole = await startWhole(env)
  await whole.tenant('acme')
  const [{ id }] = await whole.database.query<{ id: number }>("SELECT id FROM tenants WHERE name = 'acme'")
  acme.id = id
  bearer = { authorization: `Bearer ${(await whole.token('acme', 'ingest', 'read')).token}` }
  redis = openRedis({ url: env.REDIS_URL, logger })
  const bell = createPresenceBell(redis)
  provision = createProvision({
    database: whole.database,
    adminUrl: env.MQTT_ADMIN_URL,
    agentKey: env.MQTT_AGENT_KEY,
    changed: (row) => void bell.agents([row]).catch(() => undefined),
  })
  bridge = await openBridge()
  await warmUp()
}

export async function stopAgents(): Promise<void> {
  for (const name of ['mariadb', 'redis'] as const) services.control[name].signal('SIGCONT')
  await provision.close()
  await bridge.close()
  redis.close()
  await whole[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
}

/** The bridge ends; resolves to what starts another. */
export async function endBridge(): Promise<() => Promise<void>> {
  await bridge.close()
  return async () => {
    bridge = await openBridge()
  }
}

/** A bridge with what it keeps of agents, as main.ts puts them together. */
async function openBridge(): Promise<{ close(): Promise<void> }> {
  const registry = createRegistry()
  const { database, log, config } = whole
  const auth = createAuthenticator({ database, staleMaxMs: config.authStaleMaxMs, logger })
  const presence = openAgentPresence({ database, bell: createPresenceBell(redis), logger, registry })
  const { limits } = config
  const mqtt = { url: services.env.MQTT_URL, bridges: 1 }
  const { onStatus } = presence
  const opened = await startBridge({ mqtt, log, database, redis, auth, logger, registry, limits, onStatus })
  presence.beat(() => opened.flows())
  return {
    async close() {
      await opened.close()
      await presence.close()
      auth.close()
    },
  }
}

/** The first message takes long enough to look like a gap; after it the broker is heard without one. */
async function warmUp(): Promise<void> {
  using sse = await open()
  const { login } = await provision.enroll({ tenant: acme, agentId: 'warm-1' }, { renew: false })
  await using client = await connectTest(services.env.MQTT_URL, { ...login, clientId: login.username })
  await client.publishAsync('metrics/acme/warm-1/cpu', '1', { qos: 1 })
  await sse.find(({ event }) => event === 'points', 30_000)
  const steady = Promise.withResolvers<void>()
  let before: number | null = null
  const ignore = () => undefined
  const beat = ({ since }: { since: number | null }) => {
    if (since !== null && since === before) steady.resolve()
    before = since
  }
  const bell = listenPresence(
    { url: services.env.REDIS_URL, logger },
    { agent: ignore, listening: ignore, beat },
  )
  await steady.promise
  bell.close()
}

export interface Status {
  agent_id: string
  status: string
  reason: string | null
  last_seen: number | null
  interval_ms: number | null
}
interface Item extends Status {
  enrolled: boolean
  enrolled_at?: number
  version?: string
  inventory?: object
  metrics: { metric_name: string }[]
}

export function open(query = '', url = whole.url): Promise<SseClient> {
  return openSse(`${url}/api/v1/stream/acme${query}`, bearer)
}

/** The first `agent` event of this agent from now on that says so; "offline lost" or "online". */
export async function told(sse: SseClient, agent: string, word: string, withinMs = 10_000): Promise<Status> {
  const from = sse.blocks.length
  const block = await sse.find((each) => {
    if (each.event !== 'agent' || sse.blocks.indexOf(each) < from) return false
    const { agent_id, status, reason } = JSON.parse(each.data ?? '') as Status
    return agent_id === agent && [status, reason].filter(Boolean).join(' ') === word
  }, withinMs)
  assert.equal(block.id, undefined)
  return JSON.parse(block.data ?? '') as Status
}

export async function list(query = ''): Promise<Item[]> {
  const response = await fetch(`${whole.url}/api/v1/tenants/acme/agents${query}`, { headers: bearer })
  assert.equal(response.status, 200)
  return ((await response.json()) as { items: Item[] }).items
}

export async function find(agent: string): Promise<Item | undefined> {
  return (await list()).find(({ agent_id }) => agent_id === agent)
}

export const wordOf = (item: Status | undefined) => [item?.status, item?.reason].filter(Boolean).join(' ')

/** An enrolled agent on a connection of its own, with a will. */
export async function connectAgent(agentId: string, options: { epoch?: number; intervalMs?: number } = {}) {
  const { epoch = 1, intervalMs = 60_000 } = options
  const { login } = await provision
    .enroll({ tenant: acme, agentId }, { renew: false })
    .catch(() => provision.enroll({ tenant: acme, agentId }, { renew: true }))
  const topic = `agents/acme/${agentId}/status`
  const status = (more: object) => JSON.stringify({ reason: null, epoch, at: Date.now(), ...more })
  const will = {
    topic,
    payload: Buffer.from(status({ status: 'offline', reason: 'lost' })),
    qos: 1 as const,
    retain: true,
  }
  const client = await connectTest(
    services.env.MQTT_URL,
    { ...login, clientId: login.username },
    { will, keepalive: 10 },
  )
  const say = (more: object) => client.publishAsync(topic, status(more), { qos: 1, retain: true })
  return {
    client,
    say,
    bear: () =>
      say({ status: 'online', interval_ms: intervalMs, version: '1.2.0', inventory: { os: 'Debian 12' } }),
    send: (value: number) =>
      client.publishAsync(`metrics/acme/${agentId}/cpu`, JSON.stringify({ value }), { qos: 1 }),
    /** Cuts the connection, as the end of the process does. */
    die: () => client.stream.destroy(),
  }
}
