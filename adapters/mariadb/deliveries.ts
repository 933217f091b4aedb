import { notNow, type Outcome } from '@streamgauge/core/delivery.ts'
import type { Transition } from '@streamgauge/core/transition.ts'
import { offlineSince } from './muted.ts'
import type { Connection, Database, Param, Queryable } from './pool.ts'

/** Where a channel leads, and why it may lead nowhere. Times are epoch ms. */
export interface ChannelRow {
  readonly id: number
  readonly name: string
  readonly tenant: string
  readonly type: 'webhook' | 'email'
  readonly url: string | null
  readonly secret: Buffer | null
  readonly oldSecret: Buffer | null
  readonly oldSecretUntil: number | null
  readonly recipients: readonly string[]
  readonly disabledReason: string | null
  readonly disabledAt: number | null
  readonly deletedAt: number | null
}

/** A message that waits, leased. Times are epoch ms. */
export interface WaitingDelivery {
  readonly id: number
  readonly kind: 'firing' | 'resolved' | 'no_data' | 'test'
  /** Tries that count against the schedule, so far. */
  readonly attempt: number
  readonly nextAt: number
  readonly createdAt: number
  /** The same for every try. */
  readonly messageId: string
  /** The message that goes first, how it fares and its id for receivers. */
  readonly after: number | null
  readonly afterStatus: DeliveryStatus | null
  readonly afterMessageId: string | null
  /** What is told; null for a test. */
  readonly alert: Transition | null
  /** Since when the enrolled agent that the alert is about is offline; null when it is not, by its points or its word. */
  readonly offlineSince: number | null
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'muted'

/** A lease on messages of one channel. */
export interface Lease {
  readonly id: Buffer
  readonly channelId: number
}

/** How a message leaves a try: with its next one, or settled. */
export interface Settlement {
  readonly deliveryId: number
  readonly status: DeliveryStatus
  readonly attempt: number
  readonly nextAt: number
  readonly code: number | null
  readonly error: string | null
}

/** One line of the log of a message. */
export interface Try {
  readonly deliveryId: number
  readonly at: number
  readonly tookMs: number
  readonly code: number | null
  readonly error: string | null
}

const errorLength = 500

/** Codes after which anything may go through next time; `null` stands for no answer (core/delivery.ts). */
const unavailable = `attempt > 0 AND (last_code IS NULL OR last_code IN (${notNow.join(', ')}))`

/** Channels with a message that is due, those with the longest wait first, without those in `quiet`. */
export async function dueChannels(
  db: Queryable,
  { now, quiet, limit }: { now: number; quiet: readonly number[]; limit: number },
): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `SELECT channel_id AS id FROM deliveries AS due
     WHERE status = 'pending' AND next_at <= ? AND leased_until <= ? AND channel_id NOT IN (?)
       AND NOT EXISTS (SELECT 1 FROM deliveries AS first WHERE first.id = due.after_delivery AND first.status = 'pending')
     GROUP BY channel_id ORDER BY MIN(next_at) LIMIT ?`,
    // An empty list is no list in SQL, and 0 is no channel.
    [now, now, [0, ...quiet] as unknown as Param, limit],
  )
  return rows.map(({ id }) => id)
}

/**
 * Leases what waits for a channel, in the order of ids: what is due, and what is not but failed only because nobody
 * could be reached, so that order holds. At most one worker has messages of a channel; undefined when another does.
 * No row is passed over because it is locked just then, also when it is only looked at: what comes after it would
 * be told first.
 */
export async function leaseChannel(
  db: Database,
  lease: Lease,
  { now, until, orderedSince, limit }: { now: number; until: number; orderedSince: number; limit: number },
): Promise<WaitingDelivery[] | undefined> {
  const { id, channelId } = lease
  const leased = await db.transaction(async (connection) => {
    // Whoever holds this row may lease; it is a matter of a millisecond.
    await connection.query('SELECT id FROM channels WHERE id = ? FOR UPDATE', [channelId])
    const [taken] = await connection.query(
      `SELECT id FROM deliveries WHERE channel_id = ? AND status = 'pending' AND leased_until > ? LIMIT 1`,
      [channelId, now],
    )
    if (taken) return undefined
    const rows = await connection.query<{ id: number }>(
      `SELECT id FROM deliveries
       WHERE channel_id = ? AND status = 'pending' AND (next_at <= ? OR (created_at > ? AND ${unavailable}))
       ORDER BY id LIMIT ?`,
      [channelId, now, orderedSince, limit],
    )
    const ids = rows.map((row) => row.id)
    if (ids.length === 0) return undefined
    const { affectedRows } = await connection.execute(
      `UPDATE deliveries SET lease = ?, leased_until = ? WHERE id IN (?) AND status = 'pending'`,
      [id, until, ids as unknown as Param],
    )
    // One was settled between the two statements: leased are those that are left, and they are read below.
    return affectedRows > 0 ? ids : undefined
  })
  return leased && readLeased(db, lease, leased)
}

type Stored = Omit<WaitingDelivery, 'alert'> & {
  readonly alertId: number | null
  readonly ruleId: number
  readonly ruleName: string
  readonly severity: string
  readonly metric: string
  readonly agent: string | null
  readonly tags: string
  readonly from: Transition['from']
  readonly to: Transition['to']
  readonly reason: Transition['reason']
  readonly value: number | null
  readonly threshold: number
  readonly at: number
  readonly topicPartition: number
  readonly position: number
}

async function readLeased(db: Queryable, { id }: Lease, ids: readonly number[]): Promise<WaitingDelivery[]> {
  const rows = await db.query<Stored>(
    `SELECT d.id, d.kind, d.attempt, d.next_at AS nextAt, d.created_at AS createdAt, d.message_id AS messageId,
       d.after_delivery AS after, f.status AS afterStatus, f.message_id AS afterMessageId,
       ${offlineSince} AS offlineSince,
       a.id AS alertId, a.rule_id AS ruleId, a.rule_name AS ruleName, a.severity, a.metric_name AS metric,
       a.agent_id AS agent, CAST(a.tags AS CHAR) AS tags, a.from_state AS \`from\`, a.to_state AS \`to\`, a.reason,
       a.value, a.threshold, a.at, a.topic_partition AS topicPartition, a.position
     FROM deliveries d
       LEFT JOIN alerts a ON a.id = d.alert_id
       LEFT JOIN agents g ON g.tenant_id = a.tenant_id AND g.agent_id = a.agent_id AND g.revoked_at IS NULL
       LEFT JOIN deliveries f ON f.id = d.after_delivery
     WHERE d.id IN (?) AND d.lease = ? ORDER BY d.id`,
    [ids as unknown as Param, id],
  )
  return rows.map(readRow)
}

function readRow(row: Stored): WaitingDelivery {
  const { id, kind, attempt, nextAt, createdAt, messageId, after, afterStatus, afterMessageId } = row
  const { offlineSince, alertId } = row
  const alert = alertId === null ? null : alertOf(row, alertId)
  return {
    ...{ id, kind, attempt, nextAt, createdAt, messageId, after, afterStatus, afterMessageId, offlineSince },
    alert,
  }
}

function alertOf(row: Stored, id: number): Transition {
  const { severity, from, to, reason, value, threshold, at } = row
  return {
    id,
    rule_id: row.ruleId,
    rule_name: row.ruleName,
    severity,
    series: [row.metric, row.agent, JSON.parse(row.tags)],
    ...{ from, to, reason, value, threshold, at },
    position: `${row.topicPartition}:${row.position}`,
  }
}

/** Keeps a lease; false when nothing of it is left. Called again only when `until` has changed. */
export async function renewLease(db: Queryable, { id, channelId }: Lease, until: number): Promise<boolean> {
  const { affectedRows } = await db.execute(
    `UPDATE deliveries SET leased_until = ? WHERE channel_id = ? AND status = 'pending' AND lease = ?`,
    [until, channelId, id],
  )
  return affectedRows > 0
}

/** Gives back what was not settled. */
export async function releaseLease(db: Queryable, { id, channelId }: Lease): Promise<void> {
  await db.execute(
    `UPDATE deliveries SET lease = NULL, leased_until = 0
     WHERE channel_id = ? AND status = 'pending' AND lease = ?`,
    [channelId, id],
  )
}

/** Puts off what is due for a channel and was not leased: there was more than a turn holds. */
export async function postpone(
  db: Queryable,
  { channelId, until }: { channelId: number; until: number },
  now: number,
): Promise<void> {
  await db.execute(
    `UPDATE deliveries SET next_at = ?
     WHERE channel_id = ? AND status = 'pending' AND next_at <= ? AND leased_until = 0`,
    [until, channelId, now],
  )
}

/**
 * Records what came of tries, each where the lease still holds: a worker that was taken for dead changes nothing. The
 * log tells of every try, also of those.
 */
export async function settle(
  db: Database,
  lease: Lease,
  { tries, settlements }: { tries: readonly Try[]; settlements: readonly Settlement[] },
  now: number,
): Promise<void> {
  await db.transaction(async (connection) => {
    for (const one of settlements) await settleOne(connection, lease, one, now)
    for (const one of tries) await logTry(connection, one)
  })
}

async function settleOne(db: Connection, { id }: Lease, one: Settlement, now: number): Promise<void> {
  await db.execute(
    `UPDATE deliveries SET status = ?, attempt = ?, next_at = ?, last_code = ?, last_error = ?, settled_at = ?,
       lease = NULL, leased_until = 0
     WHERE id = ? AND lease = ? AND status = 'pending'`,
    [
      ...[one.status, one.attempt, one.nextAt, one.code, shorten(one.error)],
      ...[one.status === 'pending' ? null : now, one.deliveryId, id],
    ],
  )
}

/** Numbered in their own order: a message that is sent again begins its schedule anew, not its log. */
async function logTry(db: Connection, { deliveryId, at, code, error, tookMs }: Try): Promise<void> {
  await db.execute(
    `INSERT INTO delivery_attempts (delivery_id, attempt, at, code, error, took_ms)
     SELECT ?, COALESCE(MAX(attempt), 0) + 1, ?, ?, ?, ? FROM delivery_attempts WHERE delivery_id = ?`,
    [deliveryId, at, code, shorten(error), Math.round(tookMs), deliveryId],
  )
}

function shorten(error: string | null): string | null {
  return error === null || error.length <= errorLength ? error : `${error.slice(0, errorLength - 1)}…`
}

/** The channel with what it needs to be told something. */
export async function findDeliveryChannel(db: Queryable, id: number): Promise<ChannelRow | undefined> {
  const [row] = await db.query<Omit<ChannelRow, 'recipients'> & { recipients: string | null }>(
    `SELECT channels.id, channels.name, tenants.name AS tenant, type, url, secret, old_secret AS oldSecret,
       old_secret_until AS oldSecretUntil, CAST(recipients AS CHAR) AS recipients,
       disabled_reason AS disabledReason, disabled_at AS disabledAt, deleted_at AS deletedAt
     FROM channels JOIN tenants ON tenants.id = channels.tenant_id WHERE channels.id = ?`,
    [id],
  )
  return row && { ...row, recipients: JSON.parse(row.recipients ?? '[]') }
}

/** Sends nothing more to a channel until somebody saves it again. */
export async function disableChannel(
  db: Queryable,
  { channelId, reason }: { channelId: number; reason: string },
  now: number,
): Promise<void> {
  await db.execute(
    'UPDATE channels SET disabled_reason = ?, disabled_at = ? WHERE id = ? AND disabled_at IS NULL',
    [reason, now, channelId],
  )
}

/** Gives up everything that waits for a channel. */
export async function failAll(
  db: Queryable,
  { channelId, reason }: { channelId: number; reason: string },
  now: number,
): Promise<void> {
  await db.execute(
    `UPDATE deliveries SET status = 'failed', last_error = ?, settled_at = ?, lease = NULL, leased_until = 0
     WHERE channel_id = ? AND status = 'pending'`,
    [reason, now, channelId],
  )
}

/** What the outcome of a try leaves in the log. */
export function tryOf(deliveryId: number, { code, error }: Outcome, at: number, tookMs: number): Try {
  return { deliveryId, at, tookMs, code, error }
}
