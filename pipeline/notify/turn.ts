import { randomBytes } from 'node:crypto'
import {
  type ChannelRow,
  disableChannel,
  failAll,
  findDeliveryChannel,
  type Lease,
  leaseChannel,
  postpone,
  releaseLease,
  renewLease,
  type Settlement,
  settle,
  type Try,
  tryOf,
  type WaitingDelivery,
} from '@streamgauge/adapters/mariadb/deliveries.ts'
import { findTold } from '@streamgauge/adapters/mariadb/muted.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { longestWaitMs, nextTryAt, type Outcome } from '@streamgauge/core/delivery.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { NotifyMetrics } from './metrics.ts'
import { muteReason } from './mute.ts'

/** What a turn works with. */
export interface TurnParts {
  readonly db: Database
  /** Tells a channel something, once; does not throw. */
  readonly send: (channel: ChannelRow, delivery: WaitingDelivery, now: number) => Promise<Outcome>
  readonly metrics: NotifyMetrics
  /** Epoch ms. */
  readonly clock: () => number
  /** From 0 to below 1. */
  readonly random: () => number
  /** Nothing more is to be sent. */
  readonly closing: AbortSignal
}

/** How a turn ended. */
export interface TurnEnd {
  /** There may be more to tell at once. */
  readonly more: boolean
  /** The receiver asked to be left alone until then, epoch ms. */
  readonly quietUntil?: number
}

/** Whoever is killed meanwhile holds others up no longer than this; a try that takes longer renews it. */
const leaseMs = limits.webhookTimeoutMs + 5_000
const renewMs = 1_000
const messagesPerTurn = 200
/** A channel is read again after this: its secret or address may have changed. */
const turnMs = 10_000
/** What waits behind more than a turn holds is looked at again after this. */
const crowdMs = 60_000

/**
 * Tells one channel what waits for it, in order; ends at the first message for which nobody can be reached. Idempotent
 * for the receiver: whatever was not settled is sent again under the same id.
 */
export async function runTurn(channelId: number, parts: TurnParts): Promise<TurnEnd> {
  const { db, clock, metrics } = parts
  const channel = await findDeliveryChannel(db, channelId)
  const ended = endOf(channel)
  if (ended !== undefined) {
    await failAll(db, { channelId, reason: ended }, clock())
    metrics.gaveUp(channel?.type ?? 'deleted')
    return { more: false }
  }
  const now = clock()
  const lease: Lease = { id: randomBytes(16), channelId }
  const orderedSince = now - limits.deliveryOrderMs
  const waiting = await leaseChannel(db, lease, {
    ...{ now, until: now + leaseMs, orderedSince },
    limit: messagesPerTurn,
  })
  if (channel === undefined || waiting === undefined) return { more: false }
  const end = await tellAll(channel, waiting, { lease, leasedAt: now }, parts)
  await releaseLease(db, lease)
  return end
}

/** Why a channel is told nothing any more. */
function endOf(channel: ChannelRow | undefined): string | undefined {
  if (channel === undefined || channel.deletedAt !== null) return 'The channel was deleted.'
  if (channel.disabledAt !== null) return channel.disabledReason ?? 'The channel is disabled.'
  return undefined
}

async function tellAll(
  channel: ChannelRow,
  waiting: readonly WaitingDelivery[],
  { lease, leasedAt }: { lease: Lease; leasedAt: number },
  parts: TurnParts,
): Promise<TurnEnd> {
  const { db, clock, closing, metrics } = parts
  const status = new Map(waiting.map(({ after, afterStatus }) => [after, afterStatus]))
  let renewedAt = leasedAt
  let more = false
  for (const [i, stored] of waiting.entries()) {
    if (closing.aborted) return { more: false }
    // What goes first may have been settled a moment ago.
    const delivery = await withBeginning(db, { ...stored, afterStatus: status.get(stored.after) ?? null })
    if (delivery.afterStatus === 'pending') continue
    const started = clock()
    if (started - leasedAt > turnMs) return { more: true }
    if (started - renewedAt > renewMs) {
      if (!(await renewLease(db, lease, started + leaseMs))) return { more: false }
      renewedAt = started
    }
    const muted = muteReason(delivery)
    if (muted !== undefined) {
      const settlement = mutedBy(delivery, muted)
      await settle(db, lease, { tries: [], settlements: [settlement] }, clock())
      metrics.muted(channel.type)
      status.set(delivery.id, settlement.status)
      more = true
      continue
    }
    const outcome = await whileRenewing(lease, parts, () => parts.send(channel, delivery, started))
    const tookMs = clock() - started
    metrics.tried(channel.type, outcome.kind, tookMs / 1000)
    const tried = tryOf(delivery.id, outcome, started, tookMs)
    if (outcome.kind === 'gone') return end(channel, delivery, tried, lease, parts)
    const rest = outcome.kind === 'unavailable' ? waiting.slice(i + 1) : []
    const settlements = [delivery, ...rest.filter((one) => status.get(one.after) !== 'pending')]
      .filter((one) => one === delivery || one.nextAt <= started)
      .map((one) => settlementOf(one, one === delivery ? outcome : heldUp(outcome), one === delivery, parts))
    const tries = settlements.map((one) =>
      one.deliveryId === delivery.id ? tried : { ...tried, ...one, at: started, tookMs: 0 },
    )
    await settle(db, lease, { tries, settlements }, clock())
    for (const one of settlements) {
      status.set(one.deliveryId, one.status)
      if (one.status === 'failed') metrics.gaveUp(channel.type)
    }
    if (outcome.kind === 'unavailable') {
      if (waiting.length === messagesPerTurn)
        await postpone(db, { channelId: channel.id, until: clock() + crowdMs }, started)
      const { retryAfterMs } = outcome
      return { more: false, quietUntil: retryAfterMs && clock() + Math.min(retryAfterMs, longestWaitMs) }
    }
    more = true
  }
  return { more }
}

/** A try may take longer than a lease holds: a mail server takes its time. */
async function whileRenewing<T>(lease: Lease, { db, clock }: TurnParts, work: () => Promise<T>): Promise<T> {
  // One that fails is made up for by the next; in the end only the lease that still holds settles anything.
  const renew = () => void renewLease(db, lease, clock() + leaseMs).catch(() => undefined)
  const timer = setInterval(renew, renewMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** The end of an alert belongs to what was told of it, not to what was muted since. */
async function withBeginning(db: Database, delivery: WaitingDelivery): Promise<WaitingDelivery> {
  const { kind, after, afterStatus } = delivery
  if (kind !== 'resolved' || after === null || afterStatus !== 'muted') return delivery
  return { ...delivery, ...(await findTold(db, after)) }
}

function mutedBy({ id, attempt, nextAt }: WaitingDelivery, error: string): Settlement {
  return { deliveryId: id, status: 'muted', attempt, nextAt, code: null, error }
}

/** The failure of an earlier message, as those behind it in the order tell of it. */
function heldUp({ kind, code, error, retryAfterMs }: Outcome): Outcome {
  return { kind, code, error: `Not sent, an earlier message waits: ${error}`, retryAfterMs }
}

/** A try before its time, made only to keep the order, doesn't count. */
function settlementOf(
  { id, attempt, nextAt }: WaitingDelivery,
  outcome: Outcome,
  sent: boolean,
  { clock, random }: TurnParts,
): Settlement {
  const now = clock()
  const { kind, code, error, retryAfterMs } = outcome
  const base = { deliveryId: id, code, error }
  if (kind === 'delivered') return { ...base, status: 'delivered', attempt: attempt + 1, nextAt }
  if (sent && nextAt > now) return { ...base, status: 'pending', attempt, nextAt }
  const next = nextTryAt(attempt + 1, now, random(), retryAfterMs)
  return {
    ...base,
    status: next === null ? 'failed' : 'pending',
    attempt: attempt + 1,
    nextAt: next ?? nextAt,
  }
}

/** The receiver wants nothing more: the channel ends, with all that waits for it. */
async function end(
  { id: channelId, type }: ChannelRow,
  { attempt, id, nextAt }: WaitingDelivery,
  tried: Try,
  lease: Lease,
  { db, clock, metrics }: TurnParts,
): Promise<TurnEnd> {
  const now = clock()
  const reason = tried.error ?? 'The receiver wants no more messages.'
  const { code, error } = tried
  const settlement: Settlement = {
    deliveryId: id,
    status: 'failed',
    attempt: attempt + 1,
    nextAt,
    code,
    error,
  }
  await disableChannel(db, { channelId, reason }, now)
  await settle(db, lease, { tries: [tried], settlements: [settlement] }, now)
  await failAll(db, { channelId, reason }, now)
  metrics.gaveUp(type)
  return { more: false }
}
