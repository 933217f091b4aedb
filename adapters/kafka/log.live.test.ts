import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { metricPartitions, topics } from '@streamgauge/core/topics.ts'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import { pino } from 'pino'
import { openKafkaAdmin } from './admin.ts'
import { openLog } from './log.ts'
import { type Bounds, type Log, LogFault, type LogRecord } from './types.ts'

const logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' })
let stack: TestStack
let log: Log

function open(more: { brokers?: string[] } = {}): Promise<Log> {
  const { kafkaBrokers: brokers, topicPrefix } = stack
  return openLog({ brokers, topicPrefix, clientId: 'test', logger, ...more })
}

before(async () => {
  stack = await testStack()
  log = await open()
  await log.ensureTopics()
})
after(async () => {
  await log.close()
  await stack[Symbol.asyncDispose]()
})

test('topics are created once, with their partitions', async () => {
  await log.ensureTopics()
  const bounds = await log.bounds(topics.ingest)
  assert.deepEqual(
    bounds.map(({ partition }) => partition),
    [...Array(metricPartitions).keys()],
  )
})

test('an append answers the places of its records, in order, in the partition of their key', async () => {
  const partition = log.partitionFor('places')
  const first = await log.append(topics.ingest, [{ key: 'places', value: 'a' }])
  const more = await log.append(topics.ingest, [
    { key: 'places', value: 'b' },
    { key: null, value: 'c', partition },
  ])
  const at = first[0].offset
  assert.deepEqual(
    [...first, ...more],
    [at, at + 1, at + 2].map((offset) => ({ partition, offset })),
  )
})

test('an append to a log that is away is refused, not uncertain', async () => {
  const away = await open({ brokers: ['127.0.0.1:1'] })
  await assert.rejects(away.append(topics.ingest, [{ key: 'x', value: 'x' }]), (error) => {
    assert.ok(error instanceof LogFault)
    assert.equal(error.kind, 'refused')
    return true
  })
  await assert.rejects(away.ping(500))
  await away.close()
})

test('a record that is too large is refused, and the next append goes through', async () => {
  const huge = { key: 'x', value: Buffer.alloc(3 * 1024 * 1024) }
  await assert.rejects(log.append(topics.ingest, [huge]), { kind: 'refused', isTooLarge: true })
  await log.append(topics.ingest, [{ key: 'x', value: 'small' }])
})

test('an append that fails does not cut off those that are under way', async () => {
  await openKafkaAdmin(stack.kafkaBrokers).deleteTopics(stack.topicPrefix + topics.deadLetters)
  for (let round = 0; round < 10; round++) {
    const failing = assert.rejects(log.append(topics.deadLetters, [{ key: 'x', value: 'x' }]))
    const others = Array.from({ length: 20 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i))
      return log.append(topics.ingest, [{ key: 'x', value: 'x' }])
    })
    await Promise.all([failing, ...others])
  }
  await using again = { log: await open(), [Symbol.asyncDispose]: () => again.log.close() }
  await again.log.ensureTopics() // a client that has asked for the deleted topic still believes in it
})

test('a member reads from where its handlers say, whatever Kafka has committed', async () => {
  const key = 'where'
  const partition = log.partitionFor(key)
  const records = Array.from({ length: 10 }, (_, i) => ({ key, value: String(i) }))
  const [{ offset }] = await log.append(topics.persisted, records)
  const { group, until } = await collect(
    log,
    'where',
    (bounds) =>
      new Map(bounds.map((one) => [one.partition, one.partition === partition ? offset + 4 : one.high])),
  )
  const seen = await until((all) => all.length >= 6)
  assert.deepEqual(
    seen.map((record) => record.value.toString()),
    ['4', '5', '6', '7', '8', '9'],
  )
  await group.close()
})

test('after a rebalance nothing stale is delivered before the new positions', async () => {
  const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`)
  await log.append(
    topics.ingest,
    keys.flatMap((key) => Array(20).fill({ key, value: 'old' })),
  )
  const ends = new Map((await log.bounds(topics.ingest)).map(({ partition, high }) => [partition, high]))
  // Both members ask for the end of every partition: each delivery of what lies before it is stale.
  const place = (bounds: readonly Bounds[]) =>
    new Map(bounds.map(({ partition }) => [partition, ends.get(partition) ?? 0]))
  const first = await collect(log, 'rebalance', place)
  await first.joined(metricPartitions)
  const otherLog = await open()
  const second = await collect(otherLog, 'rebalance', place)
  await second.joined(metricPartitions / 2)
  await log.append(
    topics.ingest,
    keys.map((key) => ({ key, value: 'new' })),
  )
  await Promise.all(
    [first, second].map(({ until }) => until(() => first.seen.length + second.seen.length >= 40)),
  )
  const seen = [...first.seen, ...second.seen]
  assert.equal(seen.filter((record) => record.value.toString() === 'old').length, 0)
  assert.equal(seen.length, 40)
  assert.ok(second.seen.length > 0)
  await Promise.all([first.group.close(), second.group.close()])
  await otherLog.close()
})

test('a partition left out waits, and goes on when the handlers know its position', async () => {
  const key = 'waits'
  const partition = log.partitionFor(key)
  const [{ offset }] = await log.append(topics.ingest, [{ key, value: 'waited for' }])
  let known = false
  const { group, until } = await collect(log, 'waits', (bounds) => {
    const isRecheck = bounds.length < metricPartitions
    known ||= isRecheck
    return new Map(
      bounds.flatMap((one) => {
        if (one.partition !== partition) return [[one.partition, one.high]]
        return isRecheck ? [[partition, offset]] : []
      }),
    )
  })
  const seen = await until((all) => all.length > 0)
  assert.equal(seen[0].value.toString(), 'waited for')
  assert.ok(known)
  await group.close()
})

test('a batch is delivered again from the offset that its handler answers', async () => {
  const key = 'again'
  const partition = log.partitionFor(key)
  const records = Array.from({ length: 5 }, (_, i) => ({ key, value: String(i) }))
  const [{ offset }] = await log.append(topics.ingest, records)
  const batches: string[] = []
  const done = Promise.withResolvers<void>()
  const group = await log.runGroup(
    { group: 'again', topic: topics.ingest },
    {
      assigned: async (bounds) =>
        new Map(bounds.map((one) => [one.partition, one.partition === partition ? offset : one.high])),
      async batch(_partition, given) {
        batches.push(given.map(({ value }) => value.toString()).join(''))
        if (batches.length === 1) return offset + 2
        done.resolve()
        return undefined
      },
    },
  )
  await done.promise
  assert.deepEqual(batches, ['01234', '234'])
  await group.close()
})

test('whenever a member is closed, nothing of it goes on', async () => {
  const handlers = {
    // No place is known: asked for again and again, until the end.
    assigned: async () => new Map<number, number>(),
    batch: async () => undefined,
  }
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const moments = Array.from({ length: 30 }, (_, i) => i * 15)
  await Promise.all(
    moments.map(async (ms) => {
      const group = await log.runGroup({ group: `brief-${ms}`, topic: topics.ingest }, handlers)
      await sleep(ms)
      await group.close()
    }),
  )
  // What goes on has a timer again and again; what only had to end has none after this.
  await sleep(1_200)
  assert.ok(timers() <= before, `${timers()} timers instead of ${before}`)
})

/** Runs a member and keeps what it is given. */
async function collect(
  on: Log,
  group: string,
  place: (bounds: readonly Bounds[]) => ReadonlyMap<number, number>,
) {
  const seen: LogRecord[] = []
  const changed = new EventTarget()
  const tell = () => changed.dispatchEvent(new Event('change'))
  let assigned: number | undefined
  const topic = group === 'where' ? topics.persisted : topics.ingest
  const running = await on.runGroup(
    { group, topic },
    {
      async assigned(bounds) {
        assigned = bounds.length
        tell()
        return place(bounds)
      },
      recheck: async (bounds) => place(bounds),
      async batch(_partition, records) {
        seen.push(...records)
        tell()
        return undefined
      },
    },
  )
  async function when(holds: () => boolean): Promise<void> {
    while (!holds())
      await new Promise((resolve) => changed.addEventListener('change', resolve, { once: true }))
  }
  return {
    group: running,
    seen,
    joined: (count: number) => when(() => assigned === count),
    async until(holds: (seen: LogRecord[]) => boolean) {
      const poll = setInterval(tell, 20)
      await when(() => holds(seen))
      clearInterval(poll)
      return seen
    },
  }
}
