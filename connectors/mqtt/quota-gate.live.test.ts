import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '@streamgauge/adapters/log.ts'
import { openRedis } from '@streamgauge/adapters/redis/client.ts'
import { createQuota } from '@streamgauge/adapters/redis/quota.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import { createQuotaGate } from './quota-gate.ts'

test('only what was really waited counts: connections that are lost meanwhile use up no patience', async () => {
  await using stack = await testStack()
  const logger = createLog({ name: 'test', level: 'silent', terminal: false })
  const redis = openRedis({ url: stack.redisUrl, logger, deadlineMs: 1_000 })
  try {
    const gate = createQuotaGate(createQuota(redis), 15_000)
    assert.ok(await gate.pass(1, 1, 10, new AbortController().signal))
    for (let n = 0; n < 4; n++) {
      const signal = AbortSignal.timeout(20)
      assert.equal(await gate.pass(1, 1, 10, signal), false)
      assert.ok(signal.aborted, `time ${n + 1} was refused, without a wait`)
    }
  } finally {
    redis.close()
  }
})
