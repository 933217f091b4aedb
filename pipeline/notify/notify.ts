import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { openMailer } from '@streamgauge/adapters/mail.ts'
import { dueChannels } from '@streamgauge/adapters/mariadb/deliveries.ts'
import { unmute } from '@streamgauge/adapters/mariadb/muted.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { webhookAgents } from '@streamgauge/adapters/webhook/agents.ts'
import { createMetrics } from './metrics.ts'
import { send, type Ways } from './send.ts'
import { runTurn, type TurnParts } from './turn.ts'

export interface NotifyOptions {
  readonly databaseUrl: string
  readonly webhookAllow: readonly string[]
  /** null where there is no mail server. */
  readonly smtp: { readonly url: string; readonly from: string } | null
  /** Where links in mails lead. */
  readonly publicUrl: string
  readonly logger: Logger
  readonly registry: Registry
  /** Epoch ms; the system's clock unless a test lets days pass. */
  readonly clock?: () => number
  readonly random?: () => number
}

/** Tells channels what waits for them in `deliveries`. */
export interface Notify {
  /** There is something new: looks at once instead of within a second. */
  notifyNow(): void
  /** Lets tries that have begun end, and begins no more. */
  close(): Promise<void>
}

const pollMs = 1_000
/** Whether muted agents are back is asked this often. */
const unmuteMs = 5_000
/** Channels told at the same time: each waits for its own receiver. */
const channelsAtOnce = 32
const storeSettings = {
  connectionLimit: 4,
  statementTimeoutMs: 10_000,
  // Locks of rows only, none of gaps: the engine adds rows meanwhile.
  session: [
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    'SET SESSION idle_transaction_timeout = 5, innodb_lock_wait_timeout = 3',
  ],
}

export function startNotify(options: NotifyOptions): Notify {
  const { databaseUrl, webhookAllow, smtp, publicUrl, logger, registry } = options
  const db = openDatabase({ url: databaseUrl, ...storeSettings })
  const ways: Ways = {
    agents: webhookAgents(webhookAllow),
    mailer: smtp && openMailer(smtp),
    dashboard: publicUrl,
  }
  const closing = new AbortController()
  const parts: TurnParts = {
    db,
    send: (channel, delivery, now) => send(ways, channel, delivery, now),
    metrics: createMetrics(registry),
    clock: options.clock ?? Date.now,
    random: options.random ?? Math.random,
    closing: closing.signal,
  }
  const turns = new Map<number, Promise<void>>()
  /** Until when channels asked to be left alone, epoch ms; a worker that starts anew asks again. */
  const quiet = new Map<number, number>()
  let rung = Promise.withResolvers<void>()
  let failures = 0
  let unmutedAt = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      rung = Promise.withResolvers()
      await startTurns().then(recovered, failed)
      await Promise.race([rung.promise, pause()])
    }
    await Promise.all(turns.values())
  }

  async function startTurns(): Promise<void> {
    if (turns.size >= channelsAtOnce) return
    const now = parts.clock()
    if (now - unmutedAt >= unmuteMs) {
      unmutedAt = now
      await unmute(db, now)
    }
    for (const [channel, until] of quiet) if (until <= now) quiet.delete(channel)
    const due = await dueChannels(db, { now, quiet: [...quiet.keys()], limit: 2 * channelsAtOnce })
    for (const channel of due) {
      if (turns.size >= channelsAtOnce) return
      if (!turns.has(channel)) turns.set(channel, turn(channel))
    }
  }

  async function turn(channel: number): Promise<void> {
    try {
      const { more, quietUntil } = await runTurn(channel, parts)
      if (quietUntil !== undefined) quiet.set(channel, quietUntil)
      if (more) rung.resolve()
    } catch (error) {
      logger.warn({ err: error, channel }, 'a channel could not be told')
    } finally {
      if (turns.size >= channelsAtOnce) rung.resolve()
      turns.delete(channel)
    }
  }

  async function pause(): Promise<void> {
    await sleep(pollMs, undefined, { signal: closing.signal }).catch(() => undefined)
  }

  function failed(error: unknown): void {
    logger[failures++ === 0 ? 'warn' : 'debug']({ err: error }, 'notifications wait for the store')
  }

  function recovered(): void {
    failures = 0
  }

  const running = run()
  return {
    notifyNow: () => rung.resolve(),
    async close() {
      closing.abort()
      rung.resolve()
      await running
      ways.mailer?.close()
      await db.close()
    },
  }
}
