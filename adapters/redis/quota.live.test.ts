import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import { createLog } from '../log.ts'
import { openRedis, type RedisStore } from './client.ts'
import { createQuota } from './quota.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })
let stack: TestStack
let redis: RedisStore
let other: RedisStore

before(async () => {
  stack = await testStack()
  redis = openRedis({ url: stack.redisUrl, logger, deadlineMs: 1_000 })
  other = openRedis({ url: stack.redisUrl, logger, deadlineMs: 1_000 })
})
after(async () => {
  redis.close()
  other.close()
  await stack[Symbol.asyncDispose]()
})

test('processes share the budget of a tenant, tenants share nothing', async () => {
  const size = { capacity: 100, perSecond: 1 }
  const [here, there] = [createQuota(redis), createQuota(other)]
  assert.equal(await here.take(1, size, 60), 0)
  assert.equal(await there.take(1, size, 40), 0)
  const wait = await here.take(1, size, 10)
  assert.ok(wait > 9_000 && wait <= 10_000, `${wait}`)
  assert.equal(await there.take(2, size, 100), 0)
})

test('what is taken ahead is used before more is taken, and is never more than there is', async () => {
  const size = { capacity: 1_000, perSecond: 1_000 }
  const quotas = Array.from({ length: 4 }, (_, i) => createQuota(i % 2 === 0 ? redis : other))
  let taken = 0
  const start = Date.now()
  for (let refused = 0; refused < 40; ) {
    for (const quota of quotas) {
      if ((await quota.take(3, size, 10)) === 0) taken += 10
      else refused++
    }
  }
  const most = size.capacity + Date.now() - start
  assert.ok(taken >= size.capacity - 200 && taken <= most, `${taken} of ${most}`)
})

test('a budget is used as it flows in, and more than fits at once is let through when it is full', async () => {
  const quota = createQuota(redis)
  const size = { capacity: 10, perSecond: 10 }
  assert.equal(await quota.take(4, size, 50), 0)
  const wait = await quota.take(4, size, 1)
  assert.ok(wait > 3_900 && wait <= 4_100, `${wait}`)
})

test('a server that is gone is replaced by counting alone', async () => {
  const gone = openRedis({ url: 'redis://127.0.0.1:1', logger })
  const quota = createQuota(gone)
  const size = { capacity: 10, perSecond: 1 }
  assert.equal(await quota.take(1, size, 10), 0)
  assert.ok((await quota.take(1, size, 1)) > 0)
  gone.close()
})
