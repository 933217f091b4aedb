import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { readConfig } from '@streamgauge/adapters/config.ts'
import type { HealthCheck } from '@streamgauge/adapters/http/health.ts'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { closeServer, createServer } from '@streamgauge/adapters/http/server.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { partitionsPing } from '@streamgauge/adapters/mariadb/partitions-check.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import { createPresenceBell } from '@streamgauge/adapters/redis/presence.ts'
import type { AnyStepHook } from '@streamgauge/pipeline/persist/fail-point.ts'

const allRoles = ['connectors', 'bridge', 'pipeline', 'gateway'] as const
type Role = (typeof allRoles)[number]

interface Closable {
  readonly name: string
  readonly close: () => unknown
}

/** Short time-outs, so that a store that hangs is noticed; these look-ups take less than a millisecond. */
const quickDatabase = { connectionLimit: 4, statementTimeoutMs: 1_000 }

const named = readRoles(process.argv.slice(2))
const config = readConfig(process.env)
if (named?.includes('bridge') && !config.mqtt) {
  refuse('The role bridge needs MQTT_URL, such as mqtt://streamgauge-bridge:password@127.0.0.1:1883.')
}
/** All, unless some are named; the bridge only where there is a broker. */
const roles = named ?? allRoles.filter((role) => role !== 'bridge' || config.mqtt)
const logger = createLog({
  name: roles.join('+'),
  level: config.logLevel,
  terminal: process.stdout.isTTY ?? false,
})
/** What works for others: all end at once. What they work with ends after them, the last opened first. */
const workers: Closable[] = []
const connections: Closable[] = []
let stopping = false

process.on('SIGTERM', stop).on('SIGINT', stop)
// What nobody expected leaves an unknown state behind: end, the supervisor starts anew.
process.on('uncaughtException', crash).on('unhandledRejection', crash)
await start()

async function start(): Promise<void> {
  const registry = createRegistry()
  const database = openDatabase({ url: config.databaseUrl })
  connections.push({ name: 'database', close: () => database.close() })
  const quick = openDatabase({ url: config.databaseUrl, ...quickDatabase })
  connections.push({ name: 'database', close: () => quick.close() })
  const redis = openRedis({ url: config.redisUrl, logger })
  connections.push({ name: 'redis', close: () => redis.close() })
  const log = await openLog({
    ...config.kafka,
    retentionBytes: config.retentionBytes,
    clientId: `streamgauge-${roles.join('-')}`,
    logger,
  })
  connections.push({ name: 'log', close: () => log.close() })
  const auth = createAuthenticator({ database: quick, staleMaxMs: config.authStaleMaxMs, logger })
  connections.push({ name: 'auth', close: () => auth.close() })

  // A shared process follows the connectors' rule: it is ready while it can take points.
  const takesPoints = has('connectors') || has('bridge')
  const needsLog = takesPoints || has('pipeline')
  const needsStore = !takesPoints
  const health: HealthCheck[] = [
    { name: 'mariadb', ping: () => database.ping(), required: needsStore },
    { name: 'redis', ping: () => redis.ping(), required: false },
    { name: 'log', ping: () => log.ping(), required: needsLog },
  ]
  const { metricsToken, tls, trustProxy } = config.http
  const app = await createServer({ logger, auth, health, registry, metricsToken, tls, trustProxy })
  workers.push({ name: 'http', close: () => closeServer(app, config.shutdownMs / 2) })
  // A process loads only what its roles need.
  if (has('connectors')) {
    const { registerIngest } = await import('@streamgauge/connectors/http/ingest.ts')
    await registerIngest(app, { log, database: quick, redis, registry, limits: config.limits })
  }
  if (has('bridge') && config.mqtt) {
    const { startBridge } = await import('@streamgauge/connectors/mqtt/bridge.ts')
    const { mqtt, limits } = config
    const { openAgentPresence } = await import('@streamgauge/connectors/mqtt/presence.ts')
    const bell = createPresenceBell(redis)
    const presence = openAgentPresence({ database: quick, bell, logger, registry })
    const bridge = await startBridge({
      mqtt,
      log,
      database: quick,
      redis,
      auth,
      logger,
      registry,
      limits,
      onStatus: presence.onStatus,
    })
    presence.beat(() => bridge.flows())
    workers.push({ name: 'bridge', close: () => bridge.close().finally(() => presence.close()) })
    health.push({ name: 'mqtt', ping: () => bridge.health(), required: false })
  }
  if (has('gateway') || has('pipeline'))
    health.push({ name: 'partitions', ping: partitionsPing(quick, config.limits), required: false })
  if (has('gateway')) {
    const { registerGateway } = await import('@streamgauge/gateway/gateway.ts')
    const uiFolder = join(import.meta.dirname, 'ui', 'dist')
    const agentFolder = join(import.meta.dirname, 'agent')
    const gateway = await registerGateway(app, {
      log,
      database,
      redis,
      auth,
      config,
      logger,
      registry,
      uiFolder,
      agentFolder,
    })
    workers.push({ name: 'gateway', close: () => gateway.close() })
  }
  if (has('pipeline')) {
    const { startPipeline } = await import('@streamgauge/pipeline/pipeline.ts')
    const step = await readFailPoint(process.env.STREAMGAUGE_FAIL_AT)
    const pipeline = await startPipeline({ log, database, config, logger, registry, onStuck: crash, step })
    workers.push({ name: 'pipeline', close: () => pipeline.close() })
    health.push({ name: 'pipeline', ping: pipeline.ping, required: false })
  }
  await app.listen({ host: config.http.host, port: config.http.port })
  // Where NODE_COMPILE_CACHE names a folder: now, for a process that is killed leaves nothing behind for the next.
  flushCompileCache()
}

function has(role: Role): boolean {
  return roles.includes(role)
}

/** Only chaos runs have a fail point; nothing of it is loaded otherwise. */
async function readFailPoint(text: string | undefined): Promise<AnyStepHook | undefined> {
  if (!text) return undefined
  const { failPoint } = await import('@streamgauge/pipeline/persist/fail-point.ts')
  return failPoint(text)
}

/** Refuses new work, ends what is under way, commits and leaves; ends the hard way when that takes too long. */
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  logger.info('stopping')
  setTimeout(() => {
    logger.error(`not stopped within ${config.shutdownMs} ms`)
    process.exit(1)
  }, config.shutdownMs - 500).unref()
  await Promise.all(workers.map(end))
  for (const connection of connections.reverse()) await end(connection)
  process.exit(0)
}

async function end({ name, close }: Closable): Promise<void> {
  try {
    await close()
  } catch (error) {
    logger.warn({ err: error }, `closing ${name} failed`)
  }
}

function crash(error: unknown): void {
  logger.fatal({ err: error }, 'unexpected')
  process.exit(1)
}

function readRoles(args: readonly string[]): Role[] | undefined {
  const given = args.find((arg) => arg.startsWith('--role='))?.slice('--role='.length)
  const wanted = given?.split(',') ?? []
  const unknown = wanted.filter((role) => !(allRoles as readonly string[]).includes(role))
  if (unknown.length > 0) {
    refuse(`There is no role ${unknown.join(', ')}; the roles are ${allRoles.join(', ')}.`)
  }
  return given === undefined ? undefined : (wanted as Role[])
}

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}
