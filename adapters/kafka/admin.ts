import { type Admin, Kafka, logLevel } from 'kafkajs'

/** The protocol's number for a topic as what is configured. */
const topicResource = 2

/** Housekeeping on a broker, for the launcher and the tests: nothing a role does. Names are those on the broker. */
export interface KafkaAdmin {
  /** Deletes every topic whose name begins with `prefix`. */
  deleteTopics(prefix: string): Promise<void>
  /** Deletes what lies below `offset`, as retention does. */
  deleteRecords(topic: string, partition: number, offset: number): Promise<void>
  /** Adds partitions until there are `count`. */
  addPartitions(topic: string, count: number): Promise<void>
  /** The topic takes no more than `bytes` at once, and has no other setting of its own. */
  limitAppends(topic: string, bytes: number): Promise<void>
}

/** Connects anew for each call. */
export function openKafkaAdmin(brokers: readonly string[]): KafkaAdmin {
  const kafka = new Kafka({
    clientId: 'streamgauge-admin',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
  })

  async function connected(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = kafka.admin()
    await admin.connect()
    try {
      await work(admin)
    } finally {
      await admin.disconnect()
    }
  }

  return {
    deleteTopics: (prefix) =>
      connected(async (admin) => {
        const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
        if (topics.length > 0) await admin.deleteTopics({ topics })
      }),
    deleteRecords: (topic, partition, offset) =>
      connected(async (admin) => {
        await admin.fetchTopicOffsets(topic) // KafkaJS deletes only where it knows the leaders already
        await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
      }),
    addPartitions: (topic, count) =>
      connected((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] })),
    limitAppends: (topic, bytes) =>
      connected((admin) => {
        const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }]
        const resource = { type: topicResource, name: topic, configEntries }
        return admin.alterConfigs({ validateOnly: false, resources: [resource] })
      }),
  }
}
