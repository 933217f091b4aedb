import { metricPartitions, topics } from '@streamgauge/core/topics.ts'
import type { Admin, ITopicConfig } from 'kafkajs'

const day = 86_400_000
const attempts = 8

interface TopicShape {
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

/** What each topic is created with; `retention.bytes` of the metric topics is added from the configuration. */
export const topicShapes: Readonly<Record<string, TopicShape>> = {
  [topics.ingest]: { partitions: metricPartitions, config: { 'retention.ms': String(7 * day) } },
  [topics.persisted]: { partitions: metricPartitions, config: { 'retention.ms': String(7 * day) } },
  // A dead letter is a whole ingest record and its headers, and waits for a person.
  [topics.deadLetters]: {
    partitions: 1,
    config: { 'retention.ms': String(30 * day), 'max.message.bytes': String(2 * 1024 * 1024) },
  },
  [topics.transitions]: { partitions: metricPartitions, config: { 'retention.ms': String(7 * day) } },
}

/**
 * Creates what is missing, then checks that every topic has its number of partitions: with another number
 * tenants would move and positions would mean nothing. `createTopics` may fail on KRaft although it has worked,
 * so the check of what is there decides.
 */
export async function ensureTopics(
  admin: Admin,
  options: { prefix: string; replicationFactor: number; retentionBytes: number },
): Promise<void> {
  const names = Object.keys(topicShapes)
  for (let attempt = 1; ; attempt++) {
    try {
      const existing = new Set(await admin.listTopics())
      const missing = names.filter((name) => !existing.has(options.prefix + name))
      if (missing.length > 0) {
        await admin.createTopics({
          topics: missing.map((name) => creation(name, options)),
          waitForLeaders: true,
          timeout: 5_000,
        })
      }
      await checkPartitions(admin, names, options.prefix)
      // Answers once every partition has a leader.
      for (const name of names) await admin.fetchTopicOffsets(options.prefix + name)
      return
    } catch (error) {
      if (attempt === attempts || error instanceof TopicShapeError) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt))
    }
  }
}

/** A topic exists with another number of partitions than the system was built on. */
export class TopicShapeError extends Error {
  override readonly name = 'TopicShapeError'
}

async function checkPartitions(admin: Admin, names: string[], prefix: string): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: names.map((name) => prefix + name) })
  for (const { name, partitions } of found) {
    const expected = topicShapes[name.slice(prefix.length)].partitions
    if (partitions.length !== expected)
      throw new TopicShapeError(
        `topic ${name} has ${partitions.length} partitions instead of ${expected}; ` +
          "a partition count can't be changed: use another KAFKA_TOPIC_PREFIX, or recreate the topic",
      )
  }
}

/** How a topic is made. Of three replicas or more, two must have a record before it is acknowledged. */
export function creation(
  name: string,
  options: { prefix: string; replicationFactor: number; retentionBytes: number },
): ITopicConfig {
  const { partitions, config } = topicShapes[name]
  const entries = {
    'cleanup.policy': 'delete',
    'retention.bytes': String(options.retentionBytes),
    ...(options.replicationFactor >= 3 ? { 'min.insync.replicas': '2' } : {}),
    ...config,
  }
  return {
    topic: options.prefix + name,
    numPartitions: partitions,
    replicationFactor: options.replicationFactor,
    configEntries: Object.entries(entries).map(([entry, value]) => ({ name: entry, value })),
  }
}
