import { randomBytes } from 'node:crypto'
import type { AlertChannel } from '@streamgauge/core/alert-channel.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Database, Param, Queryable } from './pool.ts'
import { lockTenant } from './tenants.ts'

/** A channel as stored, without its secret. Times are epoch ms. */
export type KeptChannel = AlertChannel & {
  readonly id: number
  readonly createdAt: number
  readonly disabledReason: string | null
  readonly disabledAt: number | null
}

type Key = { readonly tenantId: number; readonly id: number }

interface Stored {
  readonly id: number
  readonly name: string
  readonly type: AlertChannel['type']
  readonly url: string | null
  readonly recipients: string | null
  readonly createdAt: number
  readonly disabledReason: string | null
  readonly disabledAt: number | null
}

const secretBytes = 32
const select = `SELECT id, name, type, url, CAST(recipients AS CHAR) AS recipients, created_at AS createdAt,
  disabled_reason AS disabledReason, disabled_at AS disabledAt FROM channels`

/** As Standard Webhooks write a secret: https://github.com/standard-webhooks/standard-webhooks, "Signature scheme". */
export function writeSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`
}

/** Channels of a tenant by id, after `after`; deleted ones are left out. */
export async function listChannels(
  db: Queryable,
  tenantId: number,
  page: { after: number; limit: number },
): Promise<KeptChannel[]> {
  const rows = await db.query<Stored>(
    `${select} WHERE tenant_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    [tenantId, page.after, page.limit],
  )
  return rows.map(readChannel)
}

export async function findChannel(db: Queryable, { tenantId, id }: Key): Promise<KeptChannel | undefined> {
  const [row] = await db.query<Stored>(`${select} WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL`, [
    tenantId,
    id,
  ])
  return row && readChannel(row)
}

/** Stores a channel, a webhook with a new secret; undefined when the tenant has as many as it may. */
export function createChannel(
  database: Database,
  tenantId: number,
  channel: AlertChannel,
  now: number,
): Promise<{ channel: KeptChannel; secret: Buffer | null } | undefined> {
  const secret = channel.type === 'webhook' ? randomBytes(secretBytes) : null
  return database.transaction(async (connection) => {
    await lockTenant(connection, tenantId)
    const [{ count }] = await connection.query<{ count: number }>(
      'SELECT COUNT(*) AS count FROM channels WHERE tenant_id = ? AND deleted_at IS NULL',
      [tenantId],
    )
    if (count >= limits.channelsPerTenant) return undefined
    const { insertId } = await connection.execute(
      'INSERT INTO channels (tenant_id, type, name, url, recipients, secret, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [tenantId, channel.type, ...valuesOf(channel), secret, now],
    )
    const kept = { ...channel, id: insertId, createdAt: now, disabledReason: null, disabledAt: null }
    return { channel: kept, secret }
  })
}

/** Puts another channel of the same type in the place of one and enables it; undefined when there is none. */
export async function changeChannel(
  db: Queryable,
  { tenantId, id }: Key,
  channel: AlertChannel,
): Promise<KeptChannel | undefined> {
  await db.execute(
    `UPDATE channels SET name = ?, url = ?, recipients = ?, disabled_reason = NULL, disabled_at = NULL
     WHERE tenant_id = ? AND id = ? AND type = ? AND deleted_at IS NULL`,
    [...valuesOf(channel), tenantId, id, channel.type],
  )
  return findChannel(db, { tenantId, id })
}

/**
 * Deletes a channel and answers no ids, or the ids of rules that tell it, and then it stays. Idempotent; undefined
 * when the tenant never had it.
 */
export function deleteChannel(
  database: Database,
  { tenantId, id }: Key,
  now: number,
): Promise<number[] | undefined> {
  return database.transaction(async (connection) => {
    await lockTenant(connection, tenantId)
    const rules = await connection.query<{ id: number }>(
      `SELECT id FROM alert_rules WHERE tenant_id = ? AND deleted_at IS NULL AND JSON_CONTAINS(channels, ?)
       ORDER BY id LIMIT 10`,
      [tenantId, String(id)],
    )
    const [row] = await connection.query('SELECT 1 FROM channels WHERE tenant_id = ? AND id = ?', [
      tenantId,
      id,
    ])
    if (!row) return undefined
    if (rules.length === 0) {
      await connection.execute(
        'UPDATE channels SET deleted_at = ?, secret = NULL, old_secret = NULL WHERE id = ? AND deleted_at IS NULL',
        [now, id],
      )
    }
    return rules.map((rule) => rule.id)
  })
}

/** Gives a webhook a new secret; the one before signs as well until the time answered. Undefined when there is none. */
export async function rotateSecret(
  db: Queryable,
  { tenantId, id }: Key,
  now: number,
): Promise<{ secret: Buffer; oldUntil: number } | undefined> {
  const secret = randomBytes(secretBytes)
  const oldUntil = now + limits.secretOverlapMs
  // Assignments run from left to right: the old secret is saved before it is overwritten.
  const { affectedRows } = await db.execute(
    `UPDATE channels SET old_secret = secret, old_secret_until = ?, secret = ?
     WHERE tenant_id = ? AND id = ? AND type = 'webhook' AND deleted_at IS NULL`,
    [oldUntil, secret, tenantId, id],
  )
  return affectedRows === 0 ? undefined : { secret, oldUntil }
}

/** Name, url and recipients. */
function valuesOf(channel: AlertChannel): Param[] {
  return channel.type === 'webhook'
    ? [channel.name, channel.url, null]
    : [channel.name, null, JSON.stringify(channel.to)]
}

function readChannel({ type, url, recipients, ...row }: Stored): KeptChannel {
  return type === 'webhook'
    ? { ...row, type, url: url ?? '' }
    : { ...row, type, to: JSON.parse(recipients ?? '[]') }
}
