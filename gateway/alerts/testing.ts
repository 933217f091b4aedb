import { createAuthenticator } from '@streamgauge/adapters/auth.ts'
import { createServer } from '@streamgauge/adapters/http/server.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { checkWebhookUrl } from '@streamgauge/adapters/webhook/check-url.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import { openStore } from '../store.ts'
import { addAlertsRoute } from './alerts.ts'
import { addChannelRoutes } from './channels.ts'
import { addDeliveryRoutes } from './deliveries.ts'
import { addRuleRoutes } from './rules.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: ReturnType<typeof JSON.parse>
}

/** The routes of alerts on a database of their own, and two tenants: acme and globex. */
export interface AlertRoutes extends AsyncDisposable {
  readonly database: Database
  readonly tenantIds: { readonly acme: number; readonly globex: number }
  /** Asks with a token of `acme` for this scope, or with this token. */
  ask(who: Scope | `sg_${string}`, method: Method, path: string, body?: unknown): Promise<Answer>
  token(tenant: 'acme' | 'globex', ...scopes: Scope[]): Promise<`sg_${string}`>
}

export async function startAlertRoutes(): Promise<AlertRoutes> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await testStack())
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const database = openDatabase({ url: stack.databaseUrl })
  cleanup.defer(() => database.close())
  await migrate(database)
  const auth = createAuthenticator({ database, staleMaxMs: 1_000, logger })
  const store = openStore(database, logger)
  cleanup.defer(() => {
    auth.close()
    store.close()
  })
  const app = await createServer({ logger, auth, health: [], registry: new Registry(), metricsToken: null })
  cleanup.defer(() => app.close())
  addRuleRoutes(app, { database, store })
  addChannelRoutes(app, { database, store, checkUrl: (url) => checkWebhookUrl(url, ['10.7.0.0/16']) })
  addAlertsRoute(app, { store })
  addDeliveryRoutes(app, { database, store })

  const make = async (name: string) => (await createTenant(database, { name }, Date.now()))?.id ?? 0
  const tenantIds = { acme: await make('acme'), globex: await make('globex') }
  async function token(tenant: 'acme' | 'globex', ...scopes: Scope[]): Promise<`sg_${string}`> {
    const made = newToken()
    const tenantId = tenantIds[tenant]
    await createToken(database, { token: made, tenantId, label: '', scopes, expiresAt: null }, Date.now())
    return made as `sg_${string}`
  }
  const own = new Map<string, string>()
  for (const scope of ['ingest', 'read', 'manage'] as const) own.set(scope, await token('acme', scope))
  const ending = cleanup.move()
  return {
    database,
    tenantIds,
    token,
    async ask(who, method, path, body) {
      const response = await app.inject({
        method,
        url: `/api/v1/tenants/acme/${path}`,
        headers: {
          authorization: `Bearer ${own.get(who) ?? who}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        payload: body === undefined ? undefined : JSON.stringify(body),
      })
      return {
        status: response.statusCode,
        headers: response.headers,
        body: response.body === '' ? null : response.json(),
      }
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
