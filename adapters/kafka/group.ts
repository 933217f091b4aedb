import type { Logger } from '@streamgauge/adapters/log.ts'
import { type Consumer, type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs'
import { within } from '../deadline.ts'
import { timeouts } from './client.ts'
import { type JoinHooks, withHooks } from './patches.ts'
import { createPlacement, type Placement } from './placement.ts'
import type { Group, GroupHandlers, GroupOptions } from './types.ts'
import { watchProgress } from './watchdog.ts'

const settings = {
  sessionTimeoutMs: 10_000,
  metadataMaxAgeMs: 300_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 20_000,
  /** A fetch returns at once when there is anything, and after this when there is nothing. */
  maxWaitMs: 500,
  bytesPerPartition: 2 * 1024 * 1024,
  partitionsAtOnce: 3,
  commitMs: 1_000,
  /** For the running handlers and the goodbye to the group. */
  closeMs: 15_000,
  backoffMs: { first: 200, most: 2_000 },
}

/** Runs one member of a group for as long as it isn't closed: a consumer that crashes or hangs is made anew. */
export function runMember(
  kafka: Kafka,
  names: { topic: string; group: string },
  options: GroupOptions,
  handlers: GroupHandlers,
  tools: { logger: Logger; ping: () => Promise<unknown> },
): Group {
  const logger = tools.logger.child({ group: names.group })
  const placement = createPlacement(names.topic, handlers, logger)
  const closing = Promise.withResolvers<'closed'>()
  let closed = false

  /** One consumer from birth to death; tells why it ended. */
  async function live(): Promise<'closed' | 'stuck' | Error> {
    const claim = options.member?.() ?? null
    let over = false
    const consumer = createConsumer(kafka, names.group, options, {
      name: () => (claim?.holds() ? claim.name : null),
      // A join that begins or ends after the goodbye is none of the consumer's that came after: it must neither end
      // its placement nor bring an old one back to life.
      before: () => {
        if (!over) placement.leave()
      },
      after: async (group) => (over ? undefined : placement.join(group)),
    })
    const crashed = new Promise<Error>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error))
    })
    const watchdog = watchProgress(placement, { ...tools, canProgress: options.canProgress })
    const commits = options.commit ? commitRegularly(placement, options.onCommitted) : undefined
    try {
      await within(
        consumer.connect(),
        timeouts.connectMs + timeouts.requestMs,
        'the log did not let a consumer connect',
      )
      await within(
        consumer.subscribe({ topic: names.topic, fromBeginning: true }),
        timeouts.requestMs,
        'the log did not name the topic',
      )
      const running = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: settings.partitionsAtOnce,
        eachBatch: (payload) => deliver(placement, handlers, payload, logger),
      })
      const failed = running.then(
        () => new Promise<never>(() => undefined),
        (error) => error as Error,
      )
      return await Promise.race([closing.promise, crashed, failed, watchdog.stuck])
    } catch (error) {
      return error as Error
    } finally {
      watchdog.stop()
      await commits?.stop()
      over = true
      placement.leave()
      try {
        await within(consumer.disconnect(), settings.closeMs, 'the consumer did not stop')
      } catch (error) {
        claim?.giveUp() // it may be using it still
        logger.warn({ err: error }, 'the consumer could not be stopped in time')
      }
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    let wasStuck = false
    while (!closed) {
      const moved = placement.movements()
      const end = await live()
      if (end === 'closed') return
      if (placement.movements() > moved) {
        failures = 0
        wasStuck = false
      }
      if (end === 'stuck') {
        logger.error({ twice: wasStuck }, 'no progress although there is lag: starting the consumer anew')
        if (wasStuck) options.onStuck?.(`${names.group} made no progress on ${names.topic}`)
        wasStuck = true
      } else {
        // The first failure is news, the rest of an outage isn't.
        logger[failures === 0 ? 'warn' : 'debug']({ err: end }, 'the consumer ended; starting a new one')
      }
      failures++
      await Promise.race([closing.promise, pause(failures)])
    }
  }

  const running = run()
  return {
    async close() {
      closed = true
      closing.resolve('closed')
      await running
    },
    ask: (partition) => placement.ask(partition),
    waiting: () => placement.waiting(),
  }
}

function createConsumer(kafka: Kafka, group: string, options: GroupOptions, hooks: JoinHooks): Consumer {
  return kafka.consumer({
    groupId: group,
    sessionTimeout: options.sessionTimeoutMs ?? settings.sessionTimeoutMs,
    metadataMaxAge: options.metadataMaxAgeMs ?? settings.metadataMaxAgeMs,
    heartbeatInterval: settings.heartbeatMs,
    rebalanceTimeout: settings.rebalanceTimeoutMs,
    maxWaitTimeInMs: settings.maxWaitMs,
    minBytes: 1,
    maxBytesPerPartition: settings.bytesPerPartition,
    allowAutoTopicCreation: false,
    retry: { retries: 6, initialRetryTime: 50, maxRetryTime: 500, restartOnFailure: async () => false },
    partitionAssigners: [(config) => withHooks(PartitionAssigners.roundRobin(config), hooks)],
  })
}

/** Hands one fetched batch over, behind the gate that lets only the expected records through. Never throws. */
async function deliver(
  placement: Placement,
  handlers: GroupHandlers,
  payload: EachBatchPayload,
  logger: Logger,
): Promise<void> {
  const { batch, heartbeat, isRunning, resolveOffset } = payload
  if (!isRunning()) return
  const { partition } = batch
  const high = Number(batch.highWatermark)
  const delivery = placement.gate(partition, batch.messages, high)
  if (!delivery) return
  // The runner itself meets a rebalance right after this batch; here it would only cut the handler off.
  const beat = setInterval(() => heartbeat().catch(() => undefined), settings.heartbeatMs / 2)
  try {
    const last = delivery.records[delivery.records.length - 1].offset
    const next = await handlers.batch(partition, delivery.records, high)
    if (next === undefined) resolveOffset(String(last))
    delivery.done(next, last)
  } catch (error) {
    logger.error({ err: error, partition }, 'a handler threw; the batch is read again')
    delivery.done(delivery.records[0].offset, -1)
  } finally {
    clearInterval(beat)
  }
}

function commitRegularly(placement: Placement, onCommitted?: () => void): { stop(): Promise<void> } {
  let committing: Promise<void> | undefined
  const commit = () => {
    committing ??= within(placement.commit(), timeouts.requestMs, 'positions were not committed')
      .then(onCommitted)
      .catch(() => undefined)
      .finally(() => {
        committing = undefined
      })
    return committing
  }
  const timer = setInterval(commit, settings.commitMs)
  return {
    async stop() {
      clearInterval(timer)
      await committing
      await commit()
    },
  }
}

function pause(failures: number): Promise<void> {
  const { first, most } = settings.backoffMs
  const ms = Math.min(most, first * 2 ** (failures - 1)) * (0.5 + Math.random())
  return new Promise((resolve) => setTimeout(resolve, ms))
}
