import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase, type Param } from '@streamgauge/adapters/mariadb/pool.ts'
import { startServices } from '@streamgauge/local/stack.ts'

/** What a receiver got. */
export interface Got {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** `data.rule_name` of the body. */
  readonly name: string
  readonly type: string
}

type Answer = { readonly status: number; readonly headers?: Record<string, string> }

/** A receiver of webhooks; `answer` may be replaced at any time. */
export interface Receiver extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly got: Got[]
  answer: (got: Got) => Answer | Promise<Answer>
}

export async function receiver({ host = '127.0.0.1', port = 0 } = {}): Promise<Receiver> {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const { type, data } = JSON.parse(body)
    const id = String(request.headers['webhook-id'])
    const one = { id, headers: request.headers, body, type, name: data.rule_name }
    got.push(one)
    const { status, headers } = await self.answer(one)
    response.writeHead(status, headers).end('thank you')
  })
  server.listen(port, host)
  await once(server, 'listening')
  const { port: open } = server.address() as AddressInfo
  const self: Receiver = {
    port: open,
    url: `http://${host}:${open}/hook`,
    got,
    answer: () => ({ status: 204 }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

/** A store with a tenant, and a clock that a test moves. */
export interface Outbox extends AsyncDisposable {
  readonly databaseUrl: string
  readonly db: Database
  channel(fields: Record<string, Param>): Promise<number>
  webhook(url: string): Promise<number>
  /** A message that waits; answers its id. `name` is its rule's. */
  tell(channelId: number, name: string, more?: Telling): Promise<number>
  delivery(
    id: number,
  ): Promise<{ status: string; attempt: number; code: number; error: string; next_at: number }>
  settled(): Promise<void>
}

interface Telling {
  readonly kind?: string
  readonly after?: number
  readonly agent?: string | null
  readonly at?: number
  readonly reason?: string
  readonly now?: number
}

export async function outbox(): Promise<Outbox> {
  const services = await startServices({ only: ['mariadb'] })
  const databaseUrl = services.env.DATABASE_URL
  const db = openDatabase({ url: databaseUrl })
  await migrate(db)
  const { insertId: tenant } = await db.execute('INSERT INTO tenants (name, created_at) VALUES (?, ?)', [
    'acme',
    Date.now(),
  ])
  let series = 0
  const channel = async (fields: Record<string, Param>) => {
    const row = { tenant_id: tenant, name: 'on call', created_at: Date.now(), ...fields }
    const names = Object.keys(row)
    const { insertId } = await db.execute(
      `INSERT INTO channels (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      Object.values(row),
    )
    return insertId
  }
  return {
    databaseUrl,
    db,
    channel,
    webhook: (url) => channel({ type: 'webhook', url, secret: randomBytes(32) }),
    async tell(channelId, name, more = {}) {
      const { kind = 'firing', after = null, agent = null, reason = 'threshold', now = Date.now() } = more
      const [from, to] = kind === 'resolved' ? ['FIRING', 'OK'] : ['OK', 'FIRING']
      const { insertId: alert } = await db.execute(
        `INSERT INTO alerts (tenant_id, rule_id, rule_version, rule_name, severity, metric_name, agent_id, tags,
           series_id, from_state, to_state, reason, value, threshold, at, topic_partition, position, created_at)
         VALUES (?, 1, 1, ?, 'critical', 'cpu', ?, '{"host":"<b>"}', ?, ?, ?, ?, 97.5, 90, ?, 3, 42, ?)`,
        [tenant, name, agent, ++series, from, to, reason, more.at ?? now, now],
      )
      const { insertId } = await db.execute(
        `INSERT INTO deliveries (tenant_id, alert_id, channel_id, kind, after_delivery, next_at, message_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [tenant, alert, channelId, kind, after, now, randomUUID(), now],
      )
      return insertId
    },
    async delivery(id) {
      const [row] = await db.query<{
        status: string
        attempt: number
        code: number
        error: string
        next_at: number
      }>(
        'SELECT status, attempt, next_at, last_code AS code, last_error AS error FROM deliveries WHERE id = ?',
        [id],
      )
      return row
    },
    settled: () =>
      until('everything is settled', async () => {
        const [{ left }] = await db.query<{ left: number }>(
          `SELECT COUNT(*) AS \`left\` FROM deliveries WHERE status = 'pending'`,
        )
        return left === 0
      }),
    async [Symbol.asyncDispose]() {
      await db.close()
      await services[Symbol.asyncDispose]()
    },
  }
}

/** Asks until it holds; fails after 20 s. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what}: not within ${ms} ms`)
    await sleep(10)
  }
}
