import type { AddressInfo } from 'node:net'
import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { type Config, readConfig } from '@streamgauge/adapters/config.ts'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { createServer } from '@streamgauge/adapters/http/server.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import type { Problem } from '@streamgauge/core/errors.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { FastifyInstance } from 'fastify'
import { registerIngest } from './ingest.ts'

/** An ingest server as main.ts composes it, on real services. */
export interface LiveIngest extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly url: string
  readonly log: Log
  readonly database: Database
  /** A tenant with its own limits where given, and a token for it. */
  tenant(limits?: { seriesLimit?: number; quotaPointsPerSecond?: number }): Promise<LiveTenant>
  token(
    tenantId: number | null,
    scopes: readonly Scope[],
    expiresAt?: number,
  ): Promise<{ id: number; token: string }>
}

export interface LiveTenant {
  readonly id: number
  readonly name: string
  readonly token: string
  readonly tokenId: number
  post(body: unknown, options?: { query?: string; headers?: Record<string, string> }): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Partial<Problem> & { accepted?: number; rejected?: number }
}

/** Opens everything that the environment names; the tables and topics are made first. */
export async function startIngest(
  env: Readonly<Record<string, string>>,
  limits: Partial<Config['limits']> = {},
): Promise<LiveIngest> {
  const config = readConfig(env)
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const database = openDatabase({ url: config.databaseUrl })
  await migrate(database)
  const quick = openDatabase({ url: config.databaseUrl, connectionLimit: 4, statementTimeoutMs: 1_000 })
  const redis = openRedis({ url: config.redisUrl, logger })
  const log = await openLog({ ...config.kafka, clientId: 'test', logger })
  await log.ensureTopics()
  const auth = createAuthenticator({ database: quick, staleMaxMs: 3_600_000, logger })
  const registry = createRegistry()
  const health = [
    { name: 'mariadb', ping: () => database.ping(), required: false },
    { name: 'redis', ping: () => redis.ping(), required: false },
    { name: 'log', ping: () => log.ping(), required: true },
  ] as const
  const app = await createServer({ logger, auth, health, registry, metricsToken: null })
  await registerIngest(app, {
    log,
    database: quick,
    redis,
    registry,
    limits: { ...config.limits, ...limits },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  let tenants = 0

  async function token(tenantId: number | null, scopes: readonly Scope[], expiresAt: number | null = null) {
    const made = newToken()
    const row = await createToken(
      database,
      { token: made, tenantId, label: 'test', scopes, expiresAt },
      Date.now(),
    )
    return { id: row?.id ?? 0, token: made }
  }

  return {
    app,
    url,
    log,
    database,
    token,
    async tenant(own = {}) {
      const row = await createTenant(database, { name: `t${++tenants}`, ...own }, Date.now())
      if (!row) throw new Error('the tenant exists')
      const { id: tokenId, token: secret } = await token(row.id, ['ingest'])
      return {
        id: row.id,
        name: row.name,
        token: secret,
        tokenId,
        post: (body, options) => post(`${url}/api/v1/metrics`, secret, body, options),
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      auth.close()
      redis.close()
      await Promise.allSettled([log.close(), quick.close(), database.close()])
    },
  }
}

/** Sends text and bytes as they are, everything else as JSON. */
export async function post(
  url: string,
  token: string,
  body: unknown,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url + query, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: (raw ? body : JSON.stringify(body)) as string,
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  }
}

/** Everything in `metrics.ingest` that belongs to a tenant, in its order. */
export async function recordsOf(log: Log, tenant: string): Promise<Batch[]> {
  const partition = log.partitionFor(tenant)
  const bounds = await log.bounds(topics.ingest)
  const { low = 0, high = 0 } = bounds.find((one) => one.partition === partition) ?? {}
  const found: Batch[] = []
  if (low === high) return found
  const { promise, resolve } = Promise.withResolvers<void>()
  const group = await log.runGroup(
    { group: `reader-${tenant}-${Date.now()}`, topic: topics.ingest },
    {
      assigned: async (all) => new Map(all.map((one) => [one.partition, one.low])),
      async batch(from, records) {
        if (from !== partition) return undefined
        found.push(...records.map(({ value }) => JSON.parse(value.toString()) as Batch))
        if (records.some(({ offset }) => offset >= high - 1)) resolve()
        return undefined
      },
    },
  )
  await promise
  await group.close()
  return found.filter((batch) => batch.tenant === tenant)
}
