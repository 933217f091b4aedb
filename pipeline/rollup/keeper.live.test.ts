import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VersionedCursor } from '@streamgauge/adapters/mariadb/followers.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { logger, type Workbench, workbench } from '../persist/testing.ts'
import { createFollowers } from './begin.ts'
import { createKeeper } from './keeper.ts'
import { createMetrics } from './metrics.ts'

/** A keeper whose consumer is the test, and which waits for `open` to learn what a partition is about. */
async function keeperOf(bench: Workbench, open: (cursor: VersionedCursor) => Promise<void>) {
  const { log, database } = bench
  await createFollowers(log, database, rollupGroup)
  return createKeeper({
    ...{ db: database, group: rollupGroup, logger, clock: Date.now },
    metrics: createMetrics(new Registry(), () => 0),
    needPartitions: async () => undefined,
    async open(cursor) {
      await open(cursor)
      return cursor
    },
  })
}

test('what is slow to load is loaded once, keeps no other partition waiting, and is answered when it is there', async () => {
  await using bench = await workbench()
  const slow = 3
  const loaded = Promise.withResolvers<void>()
  const opened: number[] = []
  const keeper = await keeperOf(bench, async ({ partition }) => {
    opened.push(partition)
    if (partition === slow) await loaded.promise
  })
  const bounds = await bench.log.bounds(topics.persisted)
  const before = bounds.map(({ partition }) => partition).filter((partition) => partition < slow)
  const first = await keeper.assigned(bounds)
  assert.deepEqual([...first.keys()], before)
  const waiting = bounds.filter(({ partition }) => partition >= slow)
  assert.deepEqual([...(await keeper.recheck(waiting))], [])
  loaded.resolve()
  const rest = await keeper.recheck(waiting)
  assert.deepEqual(
    [...rest.keys()],
    waiting.map(({ partition }) => partition),
  )
  assert.deepEqual(
    opened,
    bounds.map(({ partition }) => partition),
    'each once',
  )
})

test('an answer that comes after a new membership has begun is worth nothing', async () => {
  await using bench = await workbench()
  const late = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  let times = 0
  const keeper = await keeperOf(bench, async () => {
    if (times++ > 0) return
    begun.resolve()
    await late.promise
  })
  const [bounds] = await bench.log.bounds(topics.persisted)
  const first = keeper.assigned([bounds])
  await begun.promise
  await keeper.assigned([bounds])
  const known = keeper.memoryOf(bounds.partition)
  assert.ok(known)
  late.resolve()
  await first
  assert.equal(keeper.memoryOf(bounds.partition), known)
})

test('a partition whose load fails is tried again, and the others are there', async () => {
  await using bench = await workbench()
  let failures = 0
  const keeper = await keeperOf(bench, async ({ partition }) => {
    if (partition === 0 && failures++ === 0) throw new Error('the store went away')
  })
  const bounds = await bench.log.bounds(topics.persisted)
  const starts = await keeper.assigned(bounds)
  assert.equal(starts.size, bounds.length - 1)
  while ((await keeper.recheck(bounds.slice(0, 1))).size === 0);
  assert.ok(keeper.memoryOf(0))
})

test('a partition that stopped here and is given to another member is no longer told of', async () => {
  await using bench = await workbench()
  const keeper = await keeperOf(bench, async () => undefined)
  await bench.database.execute('UPDATE cursors SET topic_offset = 9 WHERE consumer_group = ?', [rollupGroup])
  const [first, second] = await bench.log.bounds(topics.persisted)
  await keeper.assigned([first, second])
  await keeper.assigned([second])
  assert.deepEqual(
    keeper.health().stopped.map(({ partition, code }) => [partition, code]),
    [[second.partition, 'LOG_END']],
  )
})
