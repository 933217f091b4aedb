import { setTimeout as sleep } from 'node:timers/promises'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { answer, ownCpuSeconds } from '../child.ts'

export interface ConsumerAsk {
  readonly brokers: readonly string[]
  readonly seconds: number
  readonly rounds: number
}

export interface ConsumerCost {
  /** Percent of a core, one value a round. */
  readonly with: number[]
  readonly without: number[]
}

const restMs = 3_000

/** What one idle member of a group costs its process: first without it, then with it. */
answer<ConsumerAsk, ConsumerCost>(async ({ brokers, seconds, rounds }) => {
  const logger = createLog({ name: 'consumer', level: 'silent', terminal: false })
  await using ending = new AsyncDisposableStack()
  await sleep(restMs)
  const without = await measure()
  const log = await openLog({ brokers, topicPrefix: 'consumer.', clientId: 'consumer', logger })
  ending.defer(() => log.close())
  await log.ensureTopics()
  const assigned = Promise.withResolvers<void>()
  await log.runGroup(
    { group: 'idle', topic: topics.ingest },
    {
      assigned: async (bounds) => {
        assigned.resolve()
        return new Map(bounds.map(({ partition, high }) => [partition, high]))
      },
      batch: async () => undefined,
    },
  )
  await assigned.promise
  await sleep(restMs)
  return { without, with: await measure() }

  async function measure(): Promise<number[]> {
    const shares: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = ownCpuSeconds()
      await sleep(seconds * 1000)
      shares.push(((ownCpuSeconds() - before) / seconds) * 100)
    }
    return shares
  }
})
