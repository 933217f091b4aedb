import type { Authenticator } from '@streamgauge/adapters/auth.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { type Incoming, openSubscriber } from '@streamgauge/adapters/mqtt/subscriber.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createQuota } from '@streamgauge/adapters/redis/quota.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { readStatusTopic } from '@streamgauge/core/mqtt-topic.ts'
import { createSeriesCaches } from '../series-caches.ts'
import { createSeriesLimit } from '../series-limit.ts'
import { createForwarder, drainMs } from './forward.ts'
import { type Leftovers, takeLeftovers } from './leftovers.ts'
import { createBridgeMetrics } from './metrics.ts'
import { createQuotaGate } from './quota-gate.ts'
import { resumeWithLog } from './resume.ts'

export interface BridgeOptions {
  readonly mqtt: {
    /** With the bridge's login; several bridges need one each, see `bridgeUrl`. */
    readonly url: string
    /** How many bridges share the messages. */
    readonly bridges: number
  }
  readonly log: Log
  /** A pool of its own with short time-outs; only asked about series that were never seen. */
  readonly database: Database
  readonly redis: RedisStore
  readonly auth: Pick<Authenticator, 'tenant'>
  readonly logger: Logger
  readonly registry: Registry
  readonly limits: { readonly quotaPointsPerSecond: number; readonly seriesPerTenant: number }
  /**
   * What an agent says of itself, in order. It must not wait: the message is acknowledged at once, for the topic keeps
   * it and every subscribe brings it again.
   */
  onStatus(tenant: string, agent: string, payload: Buffer): void
}

/** The way from the broker into the log. */
export interface Bridge {
  /** Round trip to the broker in ms; throws when it cannot be reached. */
  health(): Promise<number>
  /** Whether all that agents publish passes into the log without waiting now. */
  flows(): boolean
  /** Finishes what is under way and leaves; the broker keeps what comes meanwhile. */
  close(): Promise<void>
}

/** Where the broker counts the messages it has dropped. */
const droppedTopic = '$SYS/broker/publish/messages/dropped'
/** All that agents publish, for one bridge or for several that share it. */
const metricTopics = { alone: 'metrics/#', shared: '$share/bridge/metrics/#' }
const statusTopics = 'agents/+/+/status'

/** Starts forwarding; returns at once, and connects as soon as the broker can be reached. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { log, database, redis, auth, registry, mqtt } = options
  const logger = options.logger.child({ part: 'mqtt' })
  const metrics = createBridgeMetrics(registry, () => subscriber.held)
  const seriesLimit = createSeriesLimit(database)
  const quota = createQuotaGate(createQuota(redis))
  const checker = { auth, seriesLimit, caches: createSeriesCaches(), quota, defaults: options.limits }
  const forwarder = createForwarder({ log, checker, metrics, logger })
  const closing = new AbortController()
  const isShared = mqtt.bridges > 1
  const messageLimits = {
    packetBytes: limits.mqttPacketBytes,
    heldMessages: limits.mqttHeldMessages,
    heldBytes: limits.mqttHeldBytes,
  }
  let dropped = 0
  let leftovers: Leftovers | undefined

  const subscriber = openSubscriber({
    url: mqtt.url,
    subscriptions: {
      // Plain where it can be: a shared subscription is gone after a restart of the broker until it is made again.
      [metricTopics[isShared ? 'shared' : 'alone']]: { qos: 1, rh: 2 },
      [statusTopics]: { qos: 1, rh: 0 },
      [droppedTopic]: { qos: 0, rh: 0, optional: true },
    },
    // With both, every message would come twice after MQTT_BRIDGES was changed.
    unsubscribe: [metricTopics[isShared ? 'alone' : 'shared']],
    limits: messageLimits,
    logger,
    onMessage: receive,
    onLost: () => forwarder.forget(),
    onFull: () => void resumeWithLog(subscriber, log, closing.signal),
    beforeSubscribing() {
      leftovers ??= takeLeftovers({
        mqtt,
        topics: [...Object.values(metricTopics), statusTopics],
        limits: messageLimits,
        log,
        createForwarder: () => createForwarder({ log, checker, metrics, logger }),
        logger,
        signal: closing.signal,
      })
      return leftovers.detached
    },
    onSubscribed: () => metrics.connections.inc(),
  })

  function receive(message: Incoming): void {
    if (message.topic.startsWith('metrics/')) {
      metrics.messages.inc({ kind: 'metric' })
      forwarder.forward(message)
      return
    }
    const { topic, payload } = message
    if (topic === droppedTopic) noteDropped(Number(payload.toString()))
    else {
      metrics.messages.inc({ kind: 'status' })
      const named = readStatusTopic(topic)
      if (named) options.onStatus(named.tenant, named.agent, payload)
    }
    message.ack()
  }

  function noteDropped(count: number): void {
    metrics.dropped.set(count)
    if (count > dropped) {
      logger.warn(
        { dropped: count },
        'the broker has dropped messages: its queue for the bridge or an agent is full',
      )
    }
    dropped = count
  }

  return {
    health: () => subscriber.ping(),
    flows: () => subscriber.isSubscribed && forwarder.flows,
    async close() {
      closing.abort()
      await Promise.all([forwarder.drain(drainMs), leftovers?.done])
      await subscriber.close()
      seriesLimit.close()
    },
  }
}
