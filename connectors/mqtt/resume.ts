import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Subscriber } from '@streamgauge/adapters/mqtt/subscriber.ts'

const pollMs = 500

/** Connects a subscriber that is full again when the log answers; until then the broker keeps the messages. */
export async function resumeWithLog(subscriber: Subscriber, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const isBack = await log.ping().then(
      () => true,
      () => false,
    )
    if (isBack) return subscriber.resume()
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}
