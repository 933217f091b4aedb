import { connectTest } from '@streamgauge/adapters/mqtt/testing.ts'
import { answer, ownCpuSeconds } from '../child.ts'

export interface PublisherAsk {
  readonly url: string
  readonly login: { readonly username: string; readonly password: string }
  /** Of the agent that the login is of. */
  readonly topic: string
  /** Messages of a point each. */
  readonly messages: number
  /** Messages under way at a time. */
  readonly atOnce: number
}

/** CPU seconds that publishing took. */
export type PublisherAnswer = number

/** Publishes with QoS 1, as fast as the broker says that it has them. */
answer<PublisherAsk, PublisherAnswer>(async ({ url, login, topic, messages, atOnce }) => {
  await using client = await connectTest(url, { ...login, clientId: login.username })
  const cpu = ownCpuSeconds()
  const epoch = Date.now()
  let next = 0
  async function publish(): Promise<void> {
    while (next < messages) {
      const seq = next++
      const payload = JSON.stringify({ value: seq % 1_000, timestamp: epoch + (seq >> 4), epoch, seq })
      await client.publishAsync(topic, payload, { qos: 1 })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, publish))
  return ownCpuSeconds() - cpu
})
