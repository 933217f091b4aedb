import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { metricPartitions } from '@streamgauge/core/topics.ts'
import type { Admin } from 'kafkajs'
import { within } from '../deadline.ts'
import { createClient, type KafkaLogin, timeouts } from './client.ts'
import { isElection } from './election.ts'
import { runMember } from './group.ts'
import { partitionOfKey } from './murmur2.ts'
import { createAppender } from './producer.ts'
import { renewable } from './renewable.ts'
import { ensureTopics, topicShapes } from './topics.ts'
import { type Group, type Log, LogFault } from './types.ts'

const pingMs = 1_000
const electionPauseMs = 100

export interface LogOptions {
  readonly brokers: readonly string[]
  /** Default false. */
  readonly tls?: boolean
  /** Default none. */
  readonly login?: KafkaLogin | null
  /** Put before the names of topics and groups. Default none. */
  readonly topicPrefix?: string
  /** Default 1. */
  readonly replicationFactor?: number
  /** Size cap of one partition, bytes. Default none. */
  readonly retentionBytes?: number
  readonly clientId: string
  readonly logger: Logger
}

/** Opens the log; connects lazily, so it succeeds while Kafka is away. */
export async function openLog(options: LogOptions): Promise<Log> {
  const prefix = options.topicPrefix ?? ''
  const logger = options.logger.child({ part: 'log' })
  const kafka = createClient({ ...options, logger })
  const appender = createAppender(kafka)
  const groups = new Set<Group>()
  const admins = renewable<Admin>({
    async open() {
      const admin = kafka.admin({ retry: { retries: 0 } })
      await admin.connect()
      return admin
    },
    close: (admin) => admin.disconnect(),
    openMs: timeouts.connectMs,
    closeMs: timeouts.requestMs + timeouts.disconnectMs,
  })

  /** Reads, and creations that check first, may be tried again: a fresh client asks for the leaders anew. */
  async function asAdmin<T>(work: (admin: Admin) => Promise<T>, ms: number, what: string): Promise<T> {
    const end = Date.now() + ms
    for (;;) {
      const admin = await admins.get()
      try {
        return await within(work(admin), end - Date.now(), what)
      } catch (error) {
        admins.discard(admin)
        if (!isElection(error) || Date.now() + electionPauseMs > end) throw error
        await sleep(electionPauseMs)
      }
    }
  }

  async function ping(timeoutMs = pingMs): Promise<number> {
    const start = performance.now()
    const answered = asAdmin((admin) => admin.describeCluster(), timeoutMs, 'the log did not answer')
    await within(answered, timeoutMs, 'the log did not answer')
    return performance.now() - start
  }

  return {
    async ensureTopics() {
      const { replicationFactor = 1, retentionBytes = -1 } = options
      await asAdmin(
        (admin) => ensureTopics(admin, { prefix, replicationFactor, retentionBytes }),
        60_000,
        'the topics were not created',
      )
    },
    append(topic, records) {
      const shape = topicShapes[topic]
      if (!shape) throw new LogFault('refused', `there is no topic ${topic}`)
      const partitions = records.map(
        ({ partition, key }) => partition ?? partitionOfKey(key ?? randomUUID(), shape.partitions),
      )
      return appender.append(prefix + topic, records, partitions)
    },
    async runGroup(group, handlers) {
      const names = { topic: prefix + group.topic, group: prefix + group.group }
      const member = runMember(kafka, names, group, handlers, { logger, ping })
      groups.add(member)
      return {
        async close() {
          groups.delete(member)
          await member.close()
        },
        ask: member.ask,
        waiting: member.waiting,
      }
    },
    async bounds(topic) {
      const offsets = await asAdmin(
        (admin) => admin.fetchTopicOffsets(prefix + topic),
        timeouts.requestMs,
        'the bounds were not read',
      )
      return offsets
        .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition)
    },
    async offsetsAt(topic, epochMs) {
      const offsets = await asAdmin(
        (admin) => admin.fetchTopicOffsetsByTimestamp(prefix + topic, epochMs),
        timeouts.requestMs,
        'offsets were not found',
      )
      return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]))
    },
    partitionFor: (key) => partitionOfKey(key, metricPartitions),
    ping,
    async close() {
      await Promise.all([...groups].map((group) => group.close()))
      await Promise.all([appender.close(), admins.close()])
    },
  }
}
