import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { bridgeUrl } from '@streamgauge/adapters/mqtt/address.ts'
import { openSubscriber, type SubscriberOptions } from '@streamgauge/adapters/mqtt/subscriber.ts'
import { drainMs, type Forwarder } from './forward.ts'
import { resumeWithLog } from './resume.ts'

export interface LeftoversOptions {
  /** With the login of this bridge, and how many there are. */
  readonly mqtt: { readonly url: string; readonly bridges: number }
  /** What a bridge may have subscribed to. */
  readonly topics: readonly string[]
  readonly limits: SubscriberOptions['limits']
  readonly log: Log
  createForwarder(): Forwarder
  readonly logger: Logger
  readonly signal: AbortSignal
}

export interface Leftovers {
  /** The broker keeps nothing more for them: all that comes from now on is for the bridges that there are. */
  readonly detached: Promise<void>
  /** Their sessions have ended, or `signal` has ended it before: the next start goes on. */
  readonly done: Promise<void>
}

const pollMs = 50

/**
 * Ends the sessions of bridges that there were when there were more: the broker would go on keeping messages for them,
 * and what it has shared out to them would never arrive. That goes into the log first. Logins are tried from the first
 * that is not in use to the first that the broker does not know; only those named after that of this bridge, so that
 * one bridge does it.
 */
export function takeLeftovers(options: LeftoversOptions): Leftovers {
  const sessions: Promise<void>[] = []
  async function detach(): Promise<void> {
    for (let n = options.mqtt.bridges; !options.signal.aborted; n++) {
      const session = takeSession(options, bridgeUrl(options.mqtt.url, n))
      sessions.push(session.done)
      if (!(await session.isKnown)) return
    }
  }
  const detached = detach()
  return { detached, done: detached.then(() => Promise.all(sessions)).then(() => undefined) }
}

/** `isKnown` resolves when the session is detached, to false when the broker doesn't know the login. */
function takeSession(
  { topics, limits, log, logger, signal, createForwarder }: LeftoversOptions,
  url: string,
): { isKnown: Promise<boolean>; done: Promise<void> } {
  const forwarder = createForwarder()
  const known = Promise.withResolvers<boolean>()
  /** Ends it before it is empty. */
  const leaving = new AbortController()
  const leave = () => {
    leaving.abort()
    known.resolve(false)
  }
  signal.addEventListener('abort', leave)
  let came = 0
  const subscriber = openSubscriber({
    url,
    subscriptions: {},
    unsubscribe: topics,
    limits,
    // The connection of the bridge itself says what there is to say of the broker.
    logger: logger.child({}, { level: 'silent' }),
    onMessage(message) {
      came++
      if (message.topic.startsWith('metrics/')) forwarder.forward(message)
      else message.ack()
    },
    onLost: () => forwarder.forget(),
    onFull: () => void resumeWithLog(subscriber, log, leaving.signal),
    onSubscribed: () => known.resolve(true),
    onTurnedAway(isInUse) {
      if (isInUse) logger.warn('a bridge runs that MQTT_BRIDGES does not count')
      known.resolve(isInUse)
      leave()
    },
  })

  /** The broker sends the next message when one is acknowledged, before it answers what comes behind. */
  async function isEmpty(): Promise<boolean> {
    const before = came
    if (subscriber.held > 0 || !subscriber.isSubscribed) return false
    await subscriber.ping()
    return subscriber.held === 0 && came === before
  }

  async function empty(): Promise<void> {
    await known.promise
    let endsSession = false
    while (!leaving.signal.aborted && !endsSession) {
      endsSession = await isEmpty().catch(() => false)
      if (!endsSession) await sleep(pollMs, undefined, { signal: leaving.signal }).catch(() => undefined)
    }
    await forwarder.drain(drainMs)
    await subscriber.close({ endsSession })
    signal.removeEventListener('abort', leave)
    if (endsSession && came > 0) {
      logger.info({ messages: came }, 'what the broker kept for a bridge that is no more is stored')
    }
  }

  return { isKnown: known.promise, done: empty() }
}
