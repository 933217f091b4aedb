import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openKafkaAdmin } from '@streamgauge/adapters/kafka/admin.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import { storeAll } from './store.ts'

test('a log that takes less at once than it should gets it in smaller pieces, in order', async () => {
  await using stack = await testStack()
  const { kafkaBrokers: brokers, topicPrefix } = stack
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const log = await openLog({ brokers, topicPrefix, clientId: 'test', logger })
  try {
    await log.ensureTopics()
    await openKafkaAdmin(brokers).limitAppends(topicPrefix + topics.deadLetters, 20_000)
    const values = Array.from({ length: 7 }, (_, n) => String(n).padEnd(9_000))
    const records = values.map((value) => ({ key: 'acme', value }))
    const signal = AbortSignal.timeout(30_000)
    assert.ok(await storeAll(log, topics.deadLetters, records, { signal, onAway: () => undefined }))
    const stored = await readToEnd(log, topics.deadLetters)
    assert.deepEqual(
      stored.map(({ value }) => value.toString()),
      values,
    )
  } finally {
    await log.close()
  }
})
