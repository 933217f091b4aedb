import { connect, type IPublishPacket, type MqttClient, type Packet } from 'mqtt'
import { writeToStream } from 'mqtt-packet'
import { within } from '../deadline.ts'
import type { Logger } from '../log.ts'
import { createAckQueue, type Ticket } from './ack-queue.ts'
import { brokerAddress } from './address.ts'

/** A message as it came. */
export interface Incoming {
  readonly topic: string
  readonly payload: Buffer
  /** Tells the broker that the message is safe. Nothing, when the connection it came on is gone. */
  ack(): void
}

export interface Subscription {
  readonly qos: 0 | 1
  /** Retained messages: 0 at every subscribe, 2 never. */
  readonly rh: 0 | 2
  /** A subscription that the broker may refuse. */
  readonly optional?: boolean
}

export interface SubscriberOptions {
  /** `mqtt://user:password@host:port`; the username is the client id. */
  readonly url: string
  readonly subscriptions: Readonly<Record<string, Subscription>>
  /** What an earlier process may have subscribed to under this login, and is not wanted any more. */
  readonly unsubscribe?: readonly string[]
  readonly limits: {
    readonly packetBytes: number
    /** Messages, and bytes of payloads, held at once. */
    readonly heldMessages: number
    readonly heldBytes: number
  }
  readonly logger: Logger
  /** Must not wait: the next packet is read when it returns. */
  onMessage(message: Incoming): void
  /** The connection is gone: what isn't acknowledged comes again. */
  onLost(): void
  /** As much is held as may be, and stays so: the connection has been ended until `resume`. */
  onFull(): void
  /** Every connection waits for it before it subscribes. */
  beforeSubscribing?(): Promise<void>
  onSubscribed?(): void
  /** The broker does not know this login, or another process has come with it (`isInUse`). */
  onTurnedAway?(isInUse: boolean): void
}

/** A session on the broker that outlives connections and processes. */
export interface Subscriber {
  /** Messages that wait for their acknowledgement. */
  readonly held: number
  /** Connected, and subscribed to everything. */
  readonly isSubscribed: boolean
  /** Connects again after `onFull`. */
  resume(): void
  /** Round trip to the broker in ms; throws when there is no connection or no subscription. */
  ping(): Promise<number>
  /** Ends the connection in good order; what was not acknowledged comes to the next one, unless it ends the session. */
  close(options?: { endsSession: boolean }): Promise<void>
}

const settings = {
  /** What the broker sends ahead of acknowledgements; 2.0.11 sends a whole backlog ahead at a reconnect. */
  receiveMaximum: 500,
  keepaliveSeconds: 10,
  /** How long packets may wait for room: answers to pings wait with them. */
  stallMs: 2_000,
  reconnectMs: 500,
  connectTimeoutMs: 5_000,
  pingMs: 1_000,
  closeMs: 2_000,
  /** As long as the broker keeps sessions. */
  sessionExpirySeconds: 14 * 86_400,
}
/** The id of messages with QoS 0, which nobody waits to see acknowledged. */
const none = 0
/** Reason codes of MQTT 5. */
const badLogin = 134
const notAuthorised = 135
const sessionTakenOver = 142
/** Packets that wait for room go on when so much of it is used. */
const resumeShare = 0.5
/** Keeps the client from acknowledging by itself, and from nothing else. */
const heldBack = new Error('held back')

/**
 * Subscribes with QoS 1 and holds every acknowledgement until `ack`, without holding up the packets behind it: a
 * packet loop that waits would not see the answers to its own pings either, and lose the connection.
 */
export function openSubscriber(options: SubscriberOptions): Subscriber {
  const { logger, limits } = options
  let isSubscribed = false
  let isSuspended = false
  let isClosed = false
  let isAway = false
  let stalled: { go: () => void; timer: NodeJS.Timeout } | undefined
  let away: unknown = new Error('not connected yet')

  const client = connect({
    ...brokerAddress(options.url),
    clean: false,
    keepalive: settings.keepaliveSeconds,
    reconnectPeriod: settings.reconnectMs,
    connectTimeout: settings.connectTimeoutMs,
    // Otherwise the first refused CONNACK, such as that of a broker that is starting, would be the end.
    reconnectOnConnackError: true,
    // A broker that was started again has lost its shared subscriptions although it says that the session is there.
    resubscribe: false,
    properties: {
      sessionExpiryInterval: settings.sessionExpirySeconds,
      receiveMaximum: settings.receiveMaximum,
      maximumPacketSize: limits.packetBytes,
    },
  })
  const acks = createAckQueue((messageId) => {
    if (messageId === none) return
    writeToStream({ cmd: 'puback', messageId, reasonCode: 0 }, client.stream, { protocolVersion: 5 })
  })

  client.handleMessage = (packet, done) => {
    take(packet)
    if (!isFull(1)) done(heldBack)
    else {
      // TCP tells the broker to wait: without it a backlog that comes at once would never be got under.
      const timer = setTimeout(suspend, settings.stallMs)
      stalled = { go: () => done(heldBack), timer }
    }
  }
  client.on('connect', () => void subscribe())
  client.on('close', () => {
    isSubscribed = false
    clearTimeout(stalled?.timer)
    stalled = undefined
    acks.drop()
    options.onLost()
    lose(away)
  })
  client.on('error', (error) => {
    away = error
    const { code } = error as { code?: number | string }
    if (code === badLogin || code === notAuthorised) options.onTurnedAway?.(false)
  })
  client.on('disconnect', ({ reasonCode }) => {
    away = new Error(
      reasonCode === sessionTakenOver
        ? 'another process has logged in with the same username: give each bridge a login of its own'
        : `the broker ended the connection with reason ${reasonCode}`,
    )
    if (reasonCode === sessionTakenOver) options.onTurnedAway?.(true)
  })

  function take({ topic, payload, messageId = none }: IPublishPacket): void {
    if (isSuspended) return
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload)
    const ticket = acks.hold(messageId, bytes.length)
    options.onMessage({ topic, payload: bytes, ack: () => release(ticket) })
  }

  function isFull(share: number): boolean {
    return acks.count >= share * limits.heldMessages || acks.bytes >= share * limits.heldBytes
  }

  function release(ticket: Ticket): void {
    acks.release(ticket)
    if (stalled === undefined || isFull(resumeShare)) return
    const { go, timer } = stalled
    clearTimeout(timer)
    stalled = undefined
    go()
  }

  function suspend(): void {
    isSuspended = true
    away = new Error('more messages wait than may be held')
    client.end(true)
    options.onFull()
  }

  async function subscribe(): Promise<void> {
    try {
      await options.beforeSubscribing?.()
      for (const [topic, { qos, rh, optional }] of Object.entries(options.subscriptions)) {
        await client.subscribeAsync({ [topic]: { qos, rh } }).catch((error) => {
          if (!optional) throw error
        })
      }
      // Afterwards: in between the broker would have nobody to keep messages for.
      for (const topic of options.unsubscribe ?? []) await client.unsubscribeAsync(topic)
      isSubscribed = true
      away = new Error('the connection was lost')
      if (isAway) logger.info('the broker can be reached again')
      isAway = false
      options.onSubscribed?.()
    } catch (error) {
      away = error
      if (!isClosed && !isSuspended) client.stream.destroy()
    }
  }

  function lose(cause: unknown): void {
    if (isAway || isClosed || isSuspended) return
    isAway = true
    logger.warn({ err: cause }, 'the broker cannot be reached')
  }

  return {
    get held() {
      return acks.count
    },
    get isSubscribed() {
      return isSubscribed
    },
    resume() {
      if (!isSuspended || isClosed) return
      isSuspended = false
      client.reconnect()
    },
    async ping() {
      if (!isSubscribed) throw away
      const start = performance.now()
      await pingOnce(client)
      return performance.now() - start
    },
    async close({ endsSession } = { endsSession: false }) {
      isClosed = true
      const properties = { sessionExpiryInterval: endsSession ? 0 : settings.sessionExpirySeconds }
      const ended = client.endAsync(false, { reasonCode: 0, properties })
      await within(ended, settings.closeMs, 'the broker did not say goodbye').catch(() => client.end(true))
    },
  }
}

async function pingOnce(client: MqttClient): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onPacket = ({ cmd }: Packet) => {
    if (cmd === 'pingresp') resolve()
  }
  client.on('packetreceive', onPacket)
  try {
    client.sendPing()
    await within(promise, settings.pingMs, 'the broker did not answer')
  } finally {
    client.off('packetreceive', onPacket)
  }
}
