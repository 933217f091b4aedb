import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs'
import { within } from '../deadline.ts'
import { timeouts } from './client.ts'
import { type Ticket, tickets } from './patches.ts'
import { renewable } from './renewable.ts'
import { type AppendRecord, LogFault } from './types.ts'

export interface Appender {
  append(
    topic: string,
    records: readonly AppendRecord[],
    partitions: number[],
  ): Promise<{ partition: number; offset: number }[]>
  close(): Promise<void>
}

/**
 * The one producer of a process. It neither retries nor batches: an append is one request that leaves at once.
 * After a failure that isn't an answer of the broker it is replaced, so that a dead connection can't linger.
 */
export function createAppender(kafka: Kafka): Appender {
  /** One append's fault is no reason to cut the others off: a producer is closed when they have ended. */
  const underWay = new WeakMap<Producer, Set<Promise<unknown>>>()
  const producers = renewable<Producer>({
    async open() {
      const producer = kafka.producer({
        retry: { retries: 0 },
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0,
      })
      await producer.connect()
      underWay.set(producer, new Set())
      return producer
    },
    async close(producer) {
      await Promise.allSettled(underWay.get(producer) ?? [])
      await producer.disconnect()
    },
    openMs: timeouts.connectMs,
    closeMs: timeouts.requestMs + timeouts.disconnectMs,
  })

  return {
    async append(topic, records, partitions) {
      if (records.length === 0) return []
      const ticket: Ticket = { state: 'unsent' }
      const messages = records.map((record, i): Message => {
        const message = {
          key: record.key,
          value: record.value,
          headers: record.headers as Record<string, string> | undefined,
          partition: partitions[i],
        }
        tickets.set(message, ticket)
        return message
      })
      const producer = await producers.get().catch((error) => {
        throw new LogFault('refused', 'the log cannot be reached', { cause: error })
      })
      try {
        const sent = producer.send({ topic, messages, acks: -1, timeout: timeouts.requestMs })
        const others = underWay.get(producer)
        others?.add(sent)
        const settled = () => void others?.delete(sent)
        sent.then(settled, settled)
        return places(
          partitions,
          await within(sent, timeouts.requestMs + 500, 'the log did not answer an append'),
        )
      } catch (error) {
        const { state } = ticket
        if (state === 'unsent') ticket.state = 'abandoned'
        if (state !== 'refused') producers.discard(producer)
        // The answer of one partition says nothing about the others.
        const refused = state === 'unsent' || (state === 'refused' && new Set(partitions).size === 1)
        const reason = error instanceof Error ? error.message : String(error)
        throw refused
          ? new LogFault('refused', `the log refused the records: ${reason}`, {
              cause: error,
              isTooLarge: isTooLarge(error),
            })
          : new LogFault('uncertain', `the log did not answer: ${reason}`, { cause: error })
      }
    },
    close: () => producers.close(),
  }
}

function isTooLarge(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } }
  return [type, cause?.type].includes('MESSAGE_TOO_LARGE')
}

/** Record k of a partition lies at the base offset that the broker answered for it plus k. */
function places(partitions: number[], answers: RecordMetadata[]): { partition: number; offset: number }[] {
  const next = new Map(answers.map((answer) => [answer.partition, Number(answer.baseOffset)]))
  return partitions.map((partition) => {
    const offset = next.get(partition) ?? Number.NaN
    next.set(partition, offset + 1)
    return { partition, offset }
  })
}
