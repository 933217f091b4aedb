import { randomUUID } from 'node:crypto'
import type { Database, Param, Queryable } from './pool.ts'
import { lockTenant } from './tenants.ts'

export const deliveryStatuses = ['pending', 'delivered', 'failed', 'muted'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** One try to deliver. */
export interface DeliveryTry {
  readonly attempt: number
  /** Epoch ms, as all times here. */
  readonly at: number
  /** What the receiver answered: a status of HTTP, or of SMTP; null where it didn't. */
  readonly code: number | null
  readonly error: string | null
  readonly tookMs: number
}

/** A message to a channel, and what became of it. */
export interface ListedDelivery {
  readonly id: number
  /** The transition that it tells of; null: a test. */
  readonly alertId: number | null
  readonly ruleName: string | null
  readonly channelId: number
  readonly channelName: string
  readonly kind: 'firing' | 'resolved' | 'no_data' | 'test'
  readonly status: DeliveryStatus
  /** When it is tried next; of no meaning once it is settled. */
  readonly nextAt: number
  readonly messageId: string
  readonly createdAt: number
  readonly settledAt: number | null
  /** The first comes first. */
  readonly tries: readonly DeliveryTry[]
}

export interface DeliveriesAsk {
  readonly tenantId: number
  /** Empty: all. */
  readonly channels: readonly number[]
  readonly statuses: readonly DeliveryStatus[]
  /** Ids below this one. */
  readonly before: number | undefined
  readonly limit: number
}

/** What became of asking for a message. */
export type Asked = { readonly id: number } | { readonly refused: 'channel' } | undefined

/** Deliveries of a tenant, newest first. */
export async function listDeliveries(db: Queryable, ask: DeliveriesAsk): Promise<ListedDelivery[]> {
  const where = ['deliveries.tenant_id = ?']
  const params: Param[] = [ask.tenantId]
  const filters = { 'deliveries.channel_id': ask.channels, 'deliveries.status': ask.statuses }
  for (const [column, values] of Object.entries(filters)) {
    if (values.length === 0) continue
    where.push(`${column} IN ?`)
    params.push([values])
  }
  if (ask.before !== undefined) {
    where.push('deliveries.id < ?')
    params.push(ask.before)
  }
  const rows = await db.query<Omit<ListedDelivery, 'tries'>>(
    `SELECT deliveries.id, alert_id AS alertId, alerts.rule_name AS ruleName, channel_id AS channelId,
       channels.name AS channelName, kind, status, next_at AS nextAt, message_id AS messageId,
       deliveries.created_at AS createdAt, settled_at AS settledAt
     FROM deliveries JOIN channels ON channels.id = channel_id LEFT JOIN alerts ON alerts.id = alert_id
     WHERE ${where.join(' AND ')} ORDER BY deliveries.id DESC LIMIT ?`,
    [...params, ask.limit],
  )
  const tries = await triesOf(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...row, tries: tries.get(row.id) ?? [] }))
}

async function triesOf(db: Queryable, ids: readonly number[]): Promise<Map<number, DeliveryTry[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db.query<DeliveryTry & { id: number }>(
    `SELECT delivery_id AS id, attempt, at, code, error, took_ms AS tookMs FROM delivery_attempts
     WHERE delivery_id IN ? ORDER BY delivery_id, attempt`,
    [[ids]],
  )
  const tries = rows.map(({ id, ...each }) => [id, each] as const)
  return new Map(
    [...Map.groupBy(tries, ([id]) => id)].map(([id, some]) => [id, some.map(([, each]) => each)]),
  )
}

/**
 * Asks for a test message to a channel, one more each time. `refused`: the channel is disabled. Undefined when the
 * tenant doesn't have it.
 */
export function askForTest(
  database: Database,
  { tenantId, channelId }: { tenantId: number; channelId: number },
  now: number,
): Promise<Asked> {
  return database.transaction(async (connection): Promise<Asked> => {
    await lockTenant(connection, tenantId)
    const [channel] = await connection.query<{ disabledAt: number | null }>(
      'SELECT disabled_at AS disabledAt FROM channels WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL',
      [tenantId, channelId],
    )
    if (!channel) return undefined
    if (channel.disabledAt !== null) return { refused: 'channel' }
    const { insertId } = await connection.execute(
      `INSERT INTO deliveries (tenant_id, channel_id, kind, next_at, message_id, created_at)
       VALUES (?, ?, 'test', ?, ?, ?)`,
      [tenantId, channelId, now, randomUUID(), now],
    )
    return { id: insertId }
  })
}

/**
 * Has a message sent now: one that waits doesn't wait any longer, one that is settled begins its schedule anew, under
 * the id it had. `refused`: its channel is disabled or
 * deleted. Undefined when the tenant doesn't have it.
 */
export function askAgain(
  database: Database,
  { tenantId, id }: { tenantId: number; id: number },
  now: number,
): Promise<Asked> {
  return database.transaction(async (connection): Promise<Asked> => {
    const [row] = await connection.query<{ takes: number }>(
      `SELECT disabled_at IS NULL AND deleted_at IS NULL AS takes FROM deliveries
       JOIN channels ON channels.id = channel_id WHERE deliveries.tenant_id = ? AND deliveries.id = ?`,
      [tenantId, id],
    )
    if (!row) return undefined
    if (row.takes !== 1) return { refused: 'channel' }
    await connection.execute(
      `UPDATE deliveries SET next_at = ?, attempt = IF(status = 'pending', attempt, 0), settled_at = NULL,
         status = 'pending' WHERE id = ?`,
      [now, id],
    )
    return { id }
  })
}
