import { startChild } from '../child.ts'
import type { Line } from '../line.ts'
import type { ConsumerAsk, ConsumerCost } from '../load/consumer.ts'

/** What one KafkaJS consumer costs while nothing comes. */
export const consumer: Line = {
  name: 'consumer',
  async measure({ installation, say }) {
    say('one consumer of twelve empty partitions')
    using child = startChild<ConsumerAsk, ConsumerCost>('load/consumer.ts')
    const cost = await child.ask({ brokers: installation.kafkaBrokers, seconds: 5, rounds: 3 })
    return [
      {
        id: 'consumer-idle',
        title: 'Idle: CPU of a process with one KafkaJS consumer',
        unit: '%',
        rounds: cost.with,
        ceiling: { what: 'the same process before it has one', rounds: cost.without },
        budget: { most: 1 },
      },
    ]
  },
}
