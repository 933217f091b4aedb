import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import cookie from '@fastify/cookie'
import { fastifySSE } from '@fastify/sse'
import type { Authenticator } from '@streamgauge/adapters/auth.ts'
import type { Config } from '@streamgauge/adapters/config.ts'
import { createHeld } from '@streamgauge/adapters/held.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { createPartitionsCheck } from '@streamgauge/adapters/mariadb/partitions-check.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { listTenants } from '@streamgauge/adapters/mariadb/tenants.ts'
import { Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createSessionStore } from '@streamgauge/adapters/redis/sessions.ts'
import { checkWebhookUrl } from '@streamgauge/adapters/webhook/check-url.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import type { FastifyInstance } from 'fastify'
import { addTenantRoutes } from './admin/tenants.ts'
import { addTokenRoutes } from './admin/tokens.ts'
import { addAlertsRoute } from './alerts/alerts.ts'
import { addChannelRoutes } from './alerts/channels.ts'
import { addDeliveryRoutes } from './alerts/deliveries.ts'
import { addRuleRoutes } from './alerts/rules.ts'
import { Readings } from './badge/read.ts'
import { addBadge } from './badge/route.ts'
import { addFleetRoutes } from './fleet/agents.ts'
import { addDownloads } from './fleet/download.ts'
import { openEnrolment } from './fleet/enrolment.ts'
import { followAgents } from './live/agents.ts'
import { Behind } from './live/behind.ts'
import { Paces } from './live/pace.ts'
import { Presence } from './live/presence.ts'
import { addMcp } from './mcp/route.ts'
import { publishAdmission } from './publish/admit.ts'
import { PublishedAgents } from './publish/agents.ts'
import { addQueryRoutes } from './query/routes.ts'
import { Logins } from './session/logins.ts'
import { addSessionRoutes } from './session/routes.ts'
import { openStore } from './store.ts'
import { AlertFeeds } from './stream/alert-feeds.ts'
import { followAlerts } from './stream/alert-tail.ts'
import { ReplayRing } from './stream/ring.ts'
import { addStreamRoute } from './stream/route.ts'
import { Streams } from './stream/streams.ts'
import { Tail } from './stream/tail.ts'
import { Views } from './stream/views.ts'
import { addAgentsRoute } from './tenant/agents.ts'
import { addDetailRoute } from './tenant/detail.ts'
import { addMetricNamesRoute } from './tenant/metric-names.ts'
import { Seeds } from './tenant/seed.ts'
import { addSeriesRoute } from './tenant/series.ts'
import { addEmbed } from './web/embed.ts'
import { addOpenapi } from './web/openapi.ts'
import { addUi } from './web/ui.ts'

export interface GatewayOptions {
  readonly log: Log
  readonly database: Database
  readonly redis: RedisStore
  readonly auth: Authenticator
  readonly config: Config
  readonly logger: Logger
  readonly registry: Registry
  /** The built dashboard; it may be missing. */
  readonly uiFolder: string
  /** The agent's folder, with its bundle under dist; that may be missing. */
  readonly agentFolder: string
}

export interface Gateway {
  close(): Promise<void>
}

const sweepMs = 5_000

/**
 * Adds what people and programs read: the live stream, stored points, series, agents, status, sessions, the OpenAPI
 * document and the dashboard. Returns at once; it follows the log as soon as log and store can be reached.
 */
export async function registerGateway(app: FastifyInstance, options: GatewayOptions): Promise<Gateway> {
  const { log, database, redis, auth, config, registry, uiFolder, agentFolder } = options
  const { publicUrl, useMcp } = config.http
  const version = readVersion()
  const { rawRetentionMs, rollup1mRetentionMs, rollup5mRetentionMs } = config.limits
  const kept = { raw: rawRetentionMs, '1m': rollup1mRetentionMs, '5m': rollup5mRetentionMs }
  const logger = options.logger.child({ part: 'gateway' })
  const partitionFor = (tenant: string) => log.partitionFor(tenant)

  const store = openStore(database, logger)
  const ring = new ReplayRing()
  const paces = new Paces()
  const presence = new Presence()
  const openStreams = gauge('streamgauge_sse_streams', 'Open event streams')
  const ringBytes = gauge('streamgauge_replay_ring_bytes', 'Bytes of events held for streams that resume')
  const streams = new Streams((count) => openStreams.set(count))
  const tail = new Tail(
    {
      log,
      group: `gateway-${hostname()}-${randomUUID()}`,
      ring,
      published: async () => {
        const cursors = await store.read((db) => readCursors(db, persistGroup))
        return new Map(cursors.map(({ partition, published }) => [partition, published]))
      },
      logger,
    },
    {
      seen({ batch, at, live }) {
        if (batch.s.length === 0) return
        // First of all the streams: everything else may wait a little.
        streams.pump(batch.tenant, at)
        paces.note(batch.tenant, batch.received, batch.s.length, at, live)
        presence.note(batch)
        watches.noted(batch)
      },
      cut: (partition, reason) => streams.cut(partition, reason, Date.now()),
    },
  )
  const alerts = new AlertFeeds((tenant) => streams.has(tenant))
  const alertTail = await followAlerts({
    log,
    group: `gateway-alerts-${hostname()}-${randomUUID()}`,
    onTransition: (tenant, transition) => {
      if (alerts.take(tenant, transition)) streams.pump(tenant, Date.now())
    },
    logger,
  })
  const head = (partition: number) => ring.head(partition)
  const behind = new Behind({ bounds: () => log.bounds(topics.ingest), head })
  const seeds = new Seeds(store, presence, rawRetentionMs)
  const agents = followAgents({
    store,
    redis,
    redisUrl: config.redisUrl,
    presence,
    seeds,
    behind,
    partitionFor,
    watched: (tenant) => streams.has(tenant),
    onNews: (tenant) => streams.pump(tenant, Date.now()),
    logger,
  })
  const { fleet, roster, watches } = agents
  const sessions = createSessionStore(redis)
  const logins = new Logins(auth, sessions, publicUrl)

  await app.register(cookie)
  await app.register(fastifySSE)
  app.useSessions((request) => logins.read(request))
  app.usePublishing(publishAdmission(redis, publicUrl))
  const publishedAgents = new PublishedAgents(store, presence)
  addSessionRoutes(app, {
    auth,
    store: sessions,
    logins,
    publicUrl,
    version,
    tenantNames: namesOfTenants(),
    endStreams: (key) => streams.endLogin(key),
  })
  const loginOf = logins.of.bind(logins)
  addStreamRoute(app, {
    tail,
    ring,
    views: new Views(),
    streams,
    watches,
    alerts,
    publishedAgents,
    partitionFor,
    loginOf,
  })
  addQueryRoutes(app, { database, store, partitionFor, kept })
  addSeriesRoute(app, { store, presence, rawRetentionMs })
  addMetricNamesRoute(app, { store })
  addAgentsRoute(app, { presence, roster, fleet, publishedAgents })
  const warnings = createPartitionsCheck((work) => store.read(work), config.limits)
  addDetailRoute(app, { store, paces, behind, partitionFor, head, warnings })
  addTenantRoutes(app, { database, store })
  addTokenRoutes(app, { database, store })
  addRuleRoutes(app, { database, store })
  addChannelRoutes(app, {
    database,
    store,
    checkUrl: (url) => checkWebhookUrl(url, config.notify.webhookAllow),
  })
  addAlertsRoute(app, { store })
  addDeliveryRoutes(app, { database, store })
  const enrolment = openEnrolment({ mqtt: config.mqtt, database, redis, logger })
  addFleetRoutes(app, {
    provision: enrolment?.provision ?? null,
    mqttUrl: config.mqtt?.publicUrl ?? '',
    publicUrl,
  })
  addDownloads(app, { folder: agentFolder, publicUrl })
  if (useMcp) addMcp(app, { publicUrl, version })
  addBadge(app, new Readings(store, presence, rawRetentionMs))
  addOpenapi(app)
  await addUi(app, uiFolder)
  addEmbed(app, uiFolder)

  const sweeper = setInterval(() => {
    const now = Date.now()
    ring.sweep(now)
    paces.sweep(now)
    alerts.sweep()
    ringBytes.set(ring.bytes)
  }, sweepMs).unref()
  // Streams never end by themselves, and a server waits for its responses.
  app.addHook('preClose', async () => streams.endAll())
  tail.start()

  return {
    async close() {
      clearInterval(sweeper)
      streams.endAll()
      agents.close()
      store.close()
      await enrolment?.close()
      await Promise.all([tail.close(), alertTail.close()])
    },
  }

  function gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [registry] })
  }

  function namesOfTenants(): () => Promise<readonly string[]> {
    const ages = { freshMs: 0, refreshMs: 0, staleMs: config.authStaleMaxMs, capacity: 1, maxWaiting: 100 }
    const held = createHeld<readonly string[]>({ ...ages, mayServeStale: () => true })
    const page = { after: '', limit: limits.listMax }
    return () =>
      held.get('all', async () => (await store.read((db) => listTenants(db, page))).map(({ name }) => name))
  }
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
