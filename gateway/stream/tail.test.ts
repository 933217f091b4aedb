import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bounds, GroupHandlers, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { emptyBatch } from '@streamgauge/core/batch.ts'
import { batchOf } from './fixture.ts'
import { ReplayRing } from './ring.ts'
import { Tail } from './tail.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })

/** A tail of partition 0 whose group is driven by hand: what it sees goes into `log`. */
async function setup(
  options: { published?: number; startAt?: number; offsetsAt?: () => Promise<Map<number, number>> } = {},
) {
  const ring = new ReplayRing()
  const log: string[] = []
  const joined = Promise.withResolvers<GroupHandlers>()
  const tail = new Tail(
    {
      log: {
        runGroup: async (_options, handlers) => {
          joined.resolve(handlers)
          return { close: async () => undefined, ask: () => undefined, waiting: () => new Map() }
        },
        offsetsAt: options.offsetsAt ?? (async () => new Map([[0, options.startAt ?? 0]])),
      },
      group: 'gateway-test',
      ring,
      published: async () => new Map([[0, options.published ?? 0]]),
      logger,
    },
    {
      seen: ({ src, live, batch }) =>
        log.push(`${live ? '' : 'past '}${src}${batch.s.length ? '' : ' empty'}`),
      cut: (_partition, reason) => log.push(reason),
    },
  )
  tail.start()
  const handlers = await joined.promise
  const assign = async (low: number, high: number) => {
    const bounds: Bounds[] = [{ partition: 0, low, high }]
    return (await handlers.assigned(bounds)).get(0)
  }
  /** Delivers records at topic offsets from `offset` on, with these `src`. */
  const deliver = (offset: number, ...sources: (number | 'empty')[]) =>
    handlers.batch(
      0,
      sources.map((src, i) => record(offset + i, src)),
      0,
    )
  return { tail, ring, log, assign, deliver }
}

function record(offset: number, src: number | 'empty'): LogRecord {
  const batch = src === 'empty' ? emptyBatch('a', 0) : batchOf('a', src)
  const value = Buffer.from(JSON.stringify(batch))
  const headers = { src: String(src === 'empty' ? offset : src) }
  return { partition: 0, offset, key: 'a', value, headers, timestamp: 0 }
}

test('a partition with nothing recent starts right below what persist has published', async () => {
  const { tail, ring, log, assign, deliver } = await setup({ published: 40, startAt: 40 })
  assert.equal(tail.ready(0), false)
  assert.equal(await assign(0, 40), 40)
  assert.equal(tail.ready(0), true)
  assert.equal(ring.head(0), 39)
  await deliver(40, 40, 41)
  assert.deepEqual(log, ['40', '41'])
})

test('an assignment that is answered after the next one changes nothing', async () => {
  const slow = Promise.withResolvers<Map<number, number>>()
  const answers = [slow.promise, Promise.resolve(new Map([[0, 0]]))]
  const { log, assign, deliver } = await setup({ offsetsAt: () => answers.shift() ?? slow.promise })
  const first = assign(0, 0)
  assert.equal(await assign(0, 2), 0)
  await deliver(0, 0, 1)
  slow.resolve(new Map([[0, 0]]))
  await assert.rejects(first, /overtaken/)
  await deliver(2, 2)
  assert.deepEqual(log, ['past 0', 'past 1', '2'])
})

test('the past fills the ring, and the head is known when it has been read', async () => {
  const { tail, ring, log, assign, deliver } = await setup({ published: 12, startAt: 10 })
  assert.equal(await assign(0, 12), 10)
  await deliver(10, 10)
  assert.equal(tail.ready(0), false)
  await deliver(11, 11, 12)
  assert.equal(tail.ready(0), true)
  assert.deepEqual(log, ['past 10', 'past 11', '12'])
  assert.equal(ring.floor(0, 'a'), 9)
})

test('a record published again is dropped', async () => {
  const { log, assign, deliver } = await setup({ published: 5, startAt: 5 })
  await assign(0, 5)
  await deliver(5, 5, 6, 5, 6, 7)
  assert.deepEqual(log, ['5', '6', '7'])
})

test('a record of which nothing was kept moves the head', async () => {
  const { ring, log, assign, deliver } = await setup({ published: 5, startAt: 5 })
  await assign(0, 5)
  await deliver(5, 'empty', 6)
  assert.deepEqual(log, ['5 empty', '6'])
  assert.equal(ring.head(0), 6)
})

test('a hole is told and reading goes on from where it ends', async () => {
  const { ring, log, assign, deliver } = await setup({ published: 5, startAt: 5 })
  await assign(0, 5)
  await deliver(5, 5, 9, 10)
  assert.deepEqual(log, ['5', 'hole', '9', '10'])
  assert.equal(ring.floor(0, 'a'), 8)
})

test('a member that joins again goes on where it was', async () => {
  const { log, assign, deliver } = await setup({ published: 5, startAt: 5 })
  await assign(0, 5)
  await deliver(5, 5, 6)
  assert.equal(await assign(0, 9), 7)
  await deliver(7, 7)
  assert.deepEqual(log, ['5', '6', '7'])
})

test('a topic that was made anew is a hole, not silence', async () => {
  const { tail, log, assign, deliver } = await setup({ published: 5, startAt: 5 })
  await assign(0, 5)
  await deliver(5, 5, 6)
  assert.equal(await assign(0, 2), 2)
  assert.deepEqual(log, ['5', '6', 'hole'])
  assert.equal(tail.ready(0), true)
})

test('while the head is not known nobody waits longer than he is ready to, and then not at all', async () => {
  const { tail, assign } = await setup({ published: 5, startAt: 5 })
  assert.equal(await tail.whenReady(0, 1), false)
  const waiting = tail.whenReady(0, 60_000)
  await assign(0, 5)
  assert.equal(await waiting, true)
  await tail.close()
  assert.equal(await tail.whenReady(0, 60_000), false)
})
