import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { type Config, readConfig } from '@streamgauge/adapters/config.ts'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { createServer } from '@streamgauge/adapters/http/server.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import { registerIngest } from '@streamgauge/connectors/http/ingest.ts'
import type { PublishTerms } from '@streamgauge/core/publish.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import { metricPartitions, persistGroup } from '@streamgauge/core/topics.ts'
import { registerGateway } from '@streamgauge/gateway/gateway.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import { startPipeline } from '@streamgauge/pipeline/pipeline.ts'

/** All roles in this process on services and a database of their own. */
export interface Whole extends AsyncDisposable {
  /** Every route of the HTTP server. */
  readonly routes: readonly { readonly method: string; readonly url: string }[]
  /** Of the HTTP server with ingest and gateway; it changes with `restart`. */
  readonly url: string
  readonly database: Database
  readonly log: Log
  readonly config: Config
  /** Makes a token; without a tenant an operator's. */
  token(tenant: string | null, ...scopes: Scope[]): Promise<{ id: number; token: string }>
  /** Makes a token of the scope publish. */
  publishToken(tenant: string, terms: PublishTerms): Promise<{ id: number; token: string }>
  tenant(name: string): Promise<void>
  /** Stops the HTTP server with ingest and gateway and starts a new one on another port. */
  restart(): Promise<void>
  /** One more such server beside the first, as replicas are. */
  replica(): Promise<{ readonly url: string }>
}

const agentFolder = new URL('../agent', import.meta.url).pathname
const builtUi = new URL('../ui/dist', import.meta.url).pathname

/**
 * Starts everything a point passes through, with migrations and topics. `env` adds to what the services give, such as
 * PUBLIC_URL.
 */
export async function startWhole(
  env: Readonly<Record<string, string>> = {},
  { uiFolder = builtUi }: { uiFolder?: string } = {},
): Promise<Whole> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await testStack())
  const config = readConfig({ ...stack.env, ...env })
  const logger = createLog({ name: 'whole', level: env.LOG_LEVEL ?? 'silent', terminal: false })
  const database = openDatabase({ url: config.databaseUrl })
  cleanup.defer(() => database.close())
  await migrate(database)
  await createCursors(database, persistGroup, metricPartitions)
  const redis = openRedis({ url: config.redisUrl, logger })
  cleanup.defer(() => redis.close())
  const log = await openLog({ ...config.kafka, clientId: 'whole', logger })
  cleanup.defer(() => log.close())
  await log.ensureTopics()
  const registry = createRegistry()
  const pipeline = await startPipeline({ log, database, config, logger, registry })
  cleanup.defer(() => pipeline.close())

  async function serve() {
    const own = createRegistry()
    const auth = createAuthenticator({ database, staleMaxMs: config.authStaleMaxMs, logger })
    const { trustProxy } = config.http
    const app = await createServer({
      logger,
      auth,
      health: [],
      registry: own,
      metricsToken: null,
      trustProxy,
    })
    const routes: { method: string; url: string }[] = []
    app.addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) routes.push({ method: name, url })
    })
    const { limits } = config
    await registerIngest(app, { log, database, redis, registry: own, limits })
    const gateway = await registerGateway(app, {
      log,
      database,
      redis,
      auth,
      config,
      logger,
      registry: own,
      uiFolder,
      agentFolder,
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return {
      url,
      routes,
      async close() {
        app.drain()
        await app.close()
        await gateway.close()
        auth.close()
      },
    }
  }

  async function makeToken(
    tenant: string | null,
    token: string,
    scopes: readonly Scope[],
    publish: PublishTerms | null,
  ): Promise<{ id: number; token: string }> {
    const tenantId = tenant === null ? null : (ids.get(tenant) ?? null)
    const input = { token, tenantId, label: 'test', scopes, publish, expiresAt: null }
    const row = await createToken(database, input, Date.now())
    return { id: row?.id ?? 0, token }
  }

  let server = await serve()
  cleanup.defer(() => server.close())
  const ids = new Map<string, number>()
  const ending = cleanup.move()
  return {
    get url() {
      return server.url
    },
    get routes() {
      return server.routes
    },
    database,
    log,
    config,
    async tenant(name) {
      const tenant = await createTenant(database, { name }, Date.now())
      if (!tenant) throw new Error(`there is a tenant ${name} already`)
      ids.set(name, tenant.id)
    },
    token: (tenant, ...scopes) => makeToken(tenant, newToken(), scopes, null),
    publishToken: (tenant, terms) => makeToken(tenant, newToken('sgp'), ['publish'], terms),
    async replica() {
      const { url, close } = await serve()
      ending.defer(close)
      return { url }
    },
    async restart() {
      await server.close()
      server = await serve()
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
