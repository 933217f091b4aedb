import { randomUUID } from 'node:crypto'
import type { Telling } from '@streamgauge/core/told.ts'
import type { Connection } from './pool.ts'

/** News of a transition, to be told to channels. */
export interface News extends Telling {
  readonly alertId: number
  readonly tenantId: number
}

interface Told {
  readonly id: number
  readonly alertId: number
  readonly channelId: number
}

/** Puts news into the outbox, within the transaction that makes them true; deleted channels are left out. */
export async function insertDeliveries(
  connection: Connection,
  news: readonly News[],
  now: number,
): Promise<void> {
  const all = news.flatMap(({ to }) => to)
  const told = await toldOf(
    connection,
    all.flatMap(({ after }) => after ?? []),
  )
  const ids = new Map(told.map(({ id, alertId, channelId }) => [`${alertId} ${channelId}`, id]))
  const living = await livingChannels(
    connection,
    all.map(({ channel }) => channel),
  )
  for (const { alertId, tenantId, kind, to } of news) {
    const rows = to
      .filter(({ channel }) => living.get(channel) === tenantId)
      .map(({ channel, after }) => [
        ...[tenantId, alertId, channel, kind, ids.get(`${after} ${channel}`) ?? null, now, randomUUID(), now],
      ])
    if (rows.length === 0) continue
    const made = await connection.query<Told>(
      `INSERT INTO deliveries
         (tenant_id, alert_id, channel_id, kind, after_delivery, next_at, message_id, created_at) VALUES ?
       RETURNING id, alert_id AS alertId, channel_id AS channelId`,
      [rows],
    )
    for (const { id, channelId } of made) ids.set(`${alertId} ${channelId}`, id)
  }
}

async function toldOf(connection: Connection, alertIds: readonly number[]): Promise<Told[]> {
  if (alertIds.length === 0) return []
  return connection.query<Told>(
    'SELECT id, alert_id AS alertId, channel_id AS channelId FROM deliveries WHERE alert_id IN (?)',
    [[...new Set(alertIds)] as unknown as string],
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
