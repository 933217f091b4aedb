import { within } from '@streamgauge/adapters/deadline.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import type { Incoming } from '@streamgauge/adapters/mqtt/subscriber.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { type Checker, checkUnit } from './check.ts'
import { letterRecord } from './letter.ts'
import type { BridgeMetrics } from './metrics.ts'
import { sortMessages } from './sort.ts'
import { storeAll } from './store.ts'

export interface ForwarderOptions {
  readonly log: Log
  readonly checker: Checker
  readonly metrics: BridgeMetrics
  readonly logger: Logger
}

/** Brings messages into the log, in groups of what waits at the same moment, one group after the other. */
export interface Forwarder {
  forward(message: Incoming): void
  /** False while messages wait for the log for longer than a moment. */
  readonly flows: boolean
  /** The connection is gone: what waits will be delivered again. */
  forget(): void
  /** Takes no more, and resolves when the group that is under way is stored, or after `ms`. */
  drain(ms: number): Promise<void>
}

/** For the group that is under way at the end, ms. */
export const drainMs = 5_000
/** A group that takes longer waits for something, ms. */
const momentMs = 2_500
const group = { messages: 2_000, bytes: 8 * 1024 * 1024 }

export function createForwarder({ log, checker, metrics, logger }: ForwarderOptions): Forwarder {
  let waiting: Incoming[] = []
  let running: Promise<void> | undefined
  let connection = new AbortController()
  let isDraining = false
  let isAway = false
  let storingSince = Number.POSITIVE_INFINITY

  function forward(message: Incoming): void {
    waiting.push(message)
    if (!isDraining) running ??= run()
  }

  async function run(): Promise<void> {
    // What has come in the same piece of the stream shares a group.
    await new Promise(setImmediate)
    while (waiting.length > 0 && !isDraining) {
      const messages = takeGroup()
      storingSince = performance.now()
      if (await store(messages, connection.signal)) for (const message of messages) message.ack()
    }
    storingSince = Number.POSITIVE_INFINITY
    running = undefined
  }

  function takeGroup(): Incoming[] {
    let bytes = 0
    let count = 0
    while (count < waiting.length && count < group.messages && bytes < group.bytes) {
      bytes += waiting[count++].payload.length
    }
    const taken = waiting.slice(0, count)
    waiting = count === waiting.length ? [] : waiting.slice(count)
    return taken
  }

  /** True once the log has everything of these messages, be it as points or as dead letters. */
  async function store(messages: readonly Incoming[], signal: AbortSignal): Promise<boolean> {
    const received = Date.now()
    const { units, letters } = sortMessages(messages)
    const records = []
    let points = 0
    for (const unit of units) {
      const checked = await checkUnit(checker, unit, received, signal)
      if (signal.aborted) return false
      records.push(...checked.records)
      letters.push(...checked.letters)
      points += checked.points
    }
    const watch = { signal, onAway }
    const stored = await Promise.all([
      storeAll(log, topics.ingest, records, watch),
      storeAll(log, topics.deadLetters, letters.map(letterRecord), watch),
    ])
    if (stored.includes(false)) return false
    if (isAway) logger.info('the log takes messages again')
    isAway = false
    metrics.points.inc(points)
    for (const { code } of letters) metrics.letters.inc({ code })
    return true
  }

  function onAway(cause: unknown): void {
    if (!isAway) logger.warn({ err: cause }, 'the log takes no messages: the broker keeps them')
    isAway = true
  }

  return {
    forward,
    get flows() {
      return !isAway && performance.now() - storingSince < momentMs
    },
    forget() {
      waiting = []
      connection.abort()
      connection = new AbortController()
    },
    async drain(ms) {
      isDraining = true
      waiting = []
      if (running) await within(running, ms, 'the log did not take the last messages').catch(() => undefined)
      connection.abort()
    },
  }
}
