import { randomUUID } from 'node:crypto'
import type { AlertNews } from '@streamgauge/core/transition.ts'
import type { Connection } from './pool.ts'

/** News of a transition, to be told to channels. */
export interface News {
  readonly alertId: number
  readonly tenantId: number
  readonly kind: AlertNews
  /** Of the rule. */
  readonly channels: readonly number[]
  /** The transition of the same rule and series that was told of before; it goes first. */
  readonly after: number | null
}

interface Told {
  readonly id: number
  readonly alertId: number
  readonly channelId: number
}

/**
 * Puts news into the outbox, within the transaction that makes them true. That it is resolved is told to those who
 * were told of what it resolves, whatever the rule says now; deleted channels are left out.
 */
export async function insertDeliveries(
  connection: Connection,
  news: readonly News[],
  now: number,
): Promise<void> {
  if (news.length === 0) return
  const before = news.flatMap(({ after }) => after ?? [])
  const told = await toldOf(connection, before)
  const wanted = [...news.flatMap(({ channels }) => channels), ...told.map(({ channelId }) => channelId)]
  const living = await livingChannels(connection, wanted)
  for (const { alertId, tenantId, kind, channels, after } of news) {
    const earlier = new Map(told.filter((one) => one.alertId === after).map((one) => [one.channelId, one.id]))
    const to = kind === 'resolved' ? [...earlier.keys()] : [...new Set(channels)]
    const rows = to
      .filter((channel) => living.get(channel) === tenantId)
      .map((channel) => [
        ...[tenantId, alertId, channel, kind, earlier.get(channel) ?? null, now, randomUUID(), now],
      ])
    if (rows.length === 0) continue
    const made = await connection.query<Told>(
      `INSERT INTO deliveries
         (tenant_id, alert_id, channel_id, kind, after_delivery, next_at, message_id, created_at) VALUES ?
       RETURNING id, alert_id AS alertId, channel_id AS channelId`,
      [rows],
    )
    told.push(...made)
  }
}

async function toldOf(connection: Connection, alertIds: readonly number[]): Promise<Told[]> {
  if (alertIds.length === 0) return []
  return connection.query<Told>(
    'SELECT id, alert_id AS alertId, channel_id AS channelId FROM deliveries WHERE alert_id IN (?)',
    [alertIds as unknown as string],
  )
}

/** Tenants of the channels that exist. */
async function livingChannels(connection: Connection, ids: readonly number[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map()
  const rows = await connection.query<{ id: number; tenantId: number }>(
    'SELECT id, tenant_id AS tenantId FROM channels WHERE deleted_at IS NULL AND id IN (?)',
    [[...new Set(ids)] as unknown as string],
  )
  return new Map(rows.map(({ id, tenantId }) => [id, tenantId]))
}
