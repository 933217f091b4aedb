import { Kafka, logLevel } from 'kafkajs'

/** Housekeeping on a broker, for the launcher and the tests: nothing a role does. */
export interface KafkaAdmin {
  /** Deletes every topic whose name begins with `prefix`. */
  deleteTopics(prefix: string): Promise<void>
}

/** Connects anew for each call. */
export function openKafkaAdmin(brokers: readonly string[]): KafkaAdmin {
  const kafka = new Kafka({
    clientId: 'streamgauge-admin',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
  })
  return {
    async deleteTopics(prefix) {
      const admin = kafka.admin()
      await admin.connect()
      try {
        const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
        if (topics.length > 0) await admin.deleteTopics({ topics })
      } finally {
        await admin.disconnect()
      }
    },
  }
}
