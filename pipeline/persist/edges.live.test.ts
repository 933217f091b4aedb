import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKafkaAdmin } from '@streamgauge/adapters/kafka/admin.ts'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { offsetOf } from '@streamgauge/core/position.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { examine, heal } from '../doctor.ts'
import type { Pipeline } from '../pipeline.ts'
import { rolledUp } from '../rollup/testing.ts'
import { logger, type Workbench, workbench } from './testing.ts'
import { persistGroup } from './write-run.ts'

async function stopped(pipeline: Pipeline): Promise<string> {
  while (pipeline.health().stopped.length === 0) await sleep(20)
  return pipeline.health().stopped[0].code
}

/**
 * Deletes the topic, which holds records of the bench's partition, and makes it again: to a client it looks like
 * the same one.
 */
async function makeAnew(bench: Workbench, topic: string): Promise<void> {
  await openKafkaAdmin(bench.stack.kafkaBrokers).deleteTopics(bench.stack.topicPrefix + topic)
  await ensureTopics(bench)
  // The broker hears of it later than the controller: until then it appends to the log that goes.
  for (;;) {
    const bounds = await bench.log.bounds(topic).catch(() => [])
    if (bounds[bench.partition]?.high === 0) return
    await sleep(20)
  }
}

/** The log as it would be if it had lost the records at an offset. */
function withoutRecord(log: Log, lost: number): Log {
  return {
    ...log,
    runGroup: (options, handlers) =>
      log.runGroup(options, {
        ...handlers,
        async batch(partition, records, high) {
          const left =
            options.topic === topics.ingest ? records.filter(({ offset }) => offset !== lost) : records
          return left.length > 0 ? handlers.batch(partition, left, high) : undefined
        },
      }),
  }
}

/** Waits until the broker, too, has heard of a deletion. */
async function gone(bench: Workbench, topic: string): Promise<void> {
  const there = () =>
    bench.log.bounds(topic).then(
      () => true,
      () => false,
    )
  while (await there()) await sleep(20)
}

async function ensureTopics(bench: Workbench): Promise<void> {
  for (;;) {
    try {
      await bench.log.ensureTopics()
      return
    } catch {
      await sleep(50) // the deletion is under way
    }
  }
}

async function values(bench: Workbench): Promise<[offset: number, value: number][]> {
  return (await bench.raw()).map(({ position, value }) => [offsetOf(position), value])
}

for (const [length, code] of [
  [2, 'LOG_END'],
  [5, 'OTHER_LOG'],
] as const) {
  test(`a topic that was deleted and made again stops its partition: ${code}`, async () => {
    await using bench = await workbench()
    const pipeline = await bench.start()
    await bench.append({ x: [1] }, { x: [2] }, { x: [3] })
    await bench.log.append(topics.ingest, [{ key: bench.tenant, value: 'rubbish' }])
    await bench.stored()
    await pipeline.close()
    await makeAnew(bench, topics.ingest)
    await bench.append(...Array.from({ length }, (_, i) => ({ x: [10 + i] })))
    const again = await bench.start()
    assert.equal(await stopped(again), code)
    assert.equal((await bench.raw()).length, 3, 'nothing of the new log is stored')
    await heal(bench.log, bench.database, bench.partition, Date.now())
    const dead = await bench.database.query('SELECT * FROM dead')
    assert.deepEqual(dead, [], 'no offset of the new log is dead because one of the old log was')
    await bench.stored()
    await again.close()
    const stored = (await values(bench)).filter(([, value]) => value >= 10)
    assert.deepEqual(
      stored,
      Array.from({ length }, (_, i) => [i, 10 + i]),
      'it goes on at the first record of the new log',
    )
  })
}

test('a topic that is deleted and made again under a running persist is not taken for the old one', async () => {
  await using bench = await workbench()
  const pipeline = await bench.start()
  await bench.append({ x: [1] }, { x: [2] }, { x: [3] })
  await bench.stored()
  await makeAnew(bench, topics.ingest)
  // Longer than the old log at once: offset 3 is there again, but it isn't what was due.
  await bench.append(...Array.from({ length: 6 }, (_, i) => ({ x: [10 + i] })))
  assert.match(await stopped(pipeline), /OTHER_LOG|LOG_END/)
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [1, 2, 3],
  )
  await pipeline.close()
})

test('records that are due and gone stop the partition; doctor goes on at the first that is left', async () => {
  await using bench = await workbench()
  const { kafkaBrokers, topicPrefix } = bench.stack
  const pipeline = await bench.start()
  await bench.append({ x: [0] }, { x: [1] })
  await bench.stored()
  await pipeline.close()
  await bench.append({ x: [2] }, { x: [3] }, { x: [4] })
  await openKafkaAdmin(kafkaBrokers).deleteRecords(topicPrefix + topics.ingest, bench.partition, 4)
  const again = await bench.start()
  assert.equal(await stopped(again), 'LOG_START')
  await heal(bench.log, bench.database, bench.partition, Date.now())
  await bench.stored()
  await again.close()
  assert.deepEqual(await values(bench), [
    [0, 0],
    [1, 1],
    [4, 4],
  ])
})

test('records that are missing further ahead stop the partition there, and doctor goes on behind them', async () => {
  await using bench = await workbench()
  const lost = 200
  const log = withoutRecord(bench.log, lost)
  const pipeline = await bench.start({ log })
  await bench.append(...Array.from({ length: lost }, (_, i) => ({ x: [i] })))
  await bench.stored()
  await pipeline.close()
  // As after a kill: all of them are to be published again.
  await bench.database.execute('UPDATE cursors SET published = 0 WHERE consumer_group = ?', [persistGroup])
  await bench.append(...[lost, lost + 1].map((i) => ({ x: [i] })))
  const again = await bench.start({ log })
  assert.equal(await stopped(again), 'GAP')
  const found = await examine(log, bench.database)
  assert.deepEqual(
    found.map(({ partition, code }) => [partition, code]),
    [[bench.partition, 'GAP']],
  )
  await heal(log, bench.database, bench.partition, Date.now())
  await bench.stored()
  assert.deepEqual(again.health().stopped, [])
  await again.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [...Array(lost).keys(), lost + 1],
  )
})

test('records that are gone but not due are not missed', async () => {
  await using bench = await workbench()
  const { kafkaBrokers, topicPrefix } = bench.stack
  const pipeline = await bench.start()
  await bench.append({ x: [0] }, { x: [1] })
  await bench.stored()
  await pipeline.close()
  await openKafkaAdmin(kafkaBrokers).deleteRecords(topicPrefix + topics.ingest, bench.partition, 2)
  const again = await bench.start()
  await bench.append({ x: [2] })
  await bench.stored()
  await again.close()
  assert.deepEqual(
    (await values(bench)).map(([, value]) => value),
    [0, 1, 2],
  )
})

test('a topic with another number of partitions is not touched', async () => {
  await using bench = await workbench()
  const { kafkaBrokers, topicPrefix } = bench.stack
  await openKafkaAdmin(kafkaBrokers).addPartitions(topicPrefix + topics.ingest, 13)
  await bench.append({ x: [1] })
  await assert.rejects(bench.log.ensureTopics(), /has 13 partitions instead of 12/)
  const warned = Promise.withResolvers<unknown>()
  const listening = logger.child({}, { level: 'warn' })
  listening.warn = (details: { err: Error }) => warned.resolve(details.err.message)
  const pipeline = await bench.start({ logger: listening })
  assert.match(String(await warned.promise), /has 13 partitions instead of 12/)
  assert.equal(pipeline.health().started, false)
  await pipeline.close()
  assert.deepEqual(await bench.raw(), [])
})

test('partitions that are added under a running pipeline stop, with a name, and keep no other from going on', async () => {
  await using bench = await workbench()
  const { log, stack } = bench
  const metadataMaxAgeMs = 500
  const pipeline = await bench.start({
    log: {
      ...log,
      runGroup: (options, handlers) => log.runGroup({ ...options, metadataMaxAgeMs }, handlers),
    },
  })
  await bench.append({ x: [1] })
  await bench.stored()
  const admin = openKafkaAdmin(stack.kafkaBrokers)
  for (const topic of [topics.ingest, topics.persisted])
    await admin.addPartitions(stack.topicPrefix + topic, 13)
  const stops = () => [...pipeline.health().stopped, ...pipeline.health().rollup.stopped]
  while (stops().length < 2) await sleep(20)
  assert.deepEqual(
    stops().map(({ partition, code }) => [partition, code]),
    [
      [12, 'NO_CURSOR'],
      [12, 'NO_CURSOR'],
    ],
  )
  await assert.rejects(pipeline.ping(), /partition 12 \(NO_CURSOR\)/)
  await bench.append({ x: [2] })
  await bench.stored()
  await rolledUp(log, bench.database)
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [1, 2],
  )
})

test('a partition that fails for a minute while log and store answer is told of by ready', async () => {
  await using bench = await workbench()
  const { kafkaBrokers, topicPrefix } = bench.stack
  let ahead = 0
  const pipeline = await bench.start({ clock: () => Date.now() + ahead })
  await bench.append({ x: [0] })
  await bench.stored()
  await openKafkaAdmin(kafkaBrokers).deleteTopics(topicPrefix + topics.deadLetters)
  await gone(bench, topics.deadLetters)
  await bench.log.append(topics.ingest, [{ key: bench.tenant, value: 'rubbish' }])
  while (pipeline.health().failing.size === 0) await sleep(20)
  assert.equal(await pipeline.ping(), 0)
  ahead = 61_000
  await assert.rejects(pipeline.ping(), new RegExp(`no progress .* ${bench.partition} \\(persist\\)`))
  await ensureTopics(bench)
  await bench.stored()
  while (pipeline.health().failing.size > 0) await sleep(20)
  assert.equal(await pipeline.ping(), 0)
  await pipeline.close()
})

test('a partition that has no place for a minute is told of by ready, but not while the log is away', async () => {
  await using bench = await workbench()
  const { log } = bench
  let away = false
  const pipeline = await bench.start({
    log: {
      ...log,
      ping: () => (away ? Promise.reject(new Error('away')) : log.ping()),
      runGroup: async (options, handlers) => ({
        ...(await log.runGroup(options, handlers)),
        waiting: () => new Map([[5, 61_000]]),
      }),
    },
  })
  while (!pipeline.health().started) await sleep(20)
  await assert.rejects(pipeline.ping(), /no progress .* 5 \(persist\), 5 \(rollup\), 5 \(alert\)/)
  away = true
  assert.equal(await pipeline.ping(), 0)
  await pipeline.close()
})

test('while dead letters can’t be sent, no cursor moves over a record that needs one', async () => {
  await using bench = await workbench()
  const { log, tenant: key, partition } = bench
  const { kafkaBrokers, topicPrefix } = bench.stack
  const pipeline = await bench.start()
  await bench.append({ x: [0] })
  await bench.stored()
  await openKafkaAdmin(kafkaBrokers).deleteTopics(topicPrefix + topics.deadLetters)
  await gone(bench, topics.deadLetters)
  await log.append(topics.ingest, [{ key, value: 'rubbish' }])
  await bench.append({ x: [2] })
  const elsewhere = (partition + 1) % 12
  await log.append(topics.ingest, [{ key: 'x', partition: elsewhere, value: JSON.stringify({ v: 1 }) }])
  while (pipeline.health().failing.size < 2) await sleep(20)
  const cursors = await readCursors(bench.database, persistGroup)
  assert.deepEqual([cursors[partition].nextOffset, cursors[elsewhere].nextOffset], [1, 0])
  assert.deepEqual(await bench.database.query('SELECT * FROM dead'), [])
  await ensureTopics(bench)
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [0, 2],
  )
  const letters = await readToEnd(log, topics.deadLetters)
  const own = letters.filter(({ headers }) => Number(headers[letterHeaders.partition]) === partition)
  assert.deepEqual(
    own.map(({ value, headers }) => [value.toString(), headers[letterHeaders.offset]]),
    [['rubbish', '1']],
  )
})

test('a series that was rolled back with its run is not remembered: the next run makes it again', async () => {
  await using bench = await workbench()
  let faults = 0
  const pipeline = await bench.start({
    step(step) {
      if (step === 'moved' && faults++ < 2) throw new Error('the commit never came')
    },
  })
  await bench.append({ x: [1] }, { x: [2], series: [['new', 'host', { a: 'b' }]] })
  await bench.stored()
  await pipeline.close()
  assert.equal(faults, 3)
  // The join leaves out rows whose series isn't in the dictionary.
  assert.deepEqual(
    (await bench.raw()).map(({ metric, value }) => [metric, value]),
    [
      ['cpu', 1],
      ['new', 2],
    ],
  )
  const published = await bench.persisted()
  const ids = await bench.database.query<{ id: number }>('SELECT id FROM series ORDER BY id')
  assert.deepEqual(
    published.flatMap(({ batch }) => batch.sid),
    ids.map(({ id }) => id),
  )
})

test('a step is told when it is done, and not before: a kill there is a kill between two', async () => {
  await using bench = await workbench()
  const { log } = bench
  const told: string[] = []
  const pipeline = await bench.start({
    step: (step) => told.push(step),
    log: {
      ...log,
      async append(topic, records) {
        const places = await log.append(topic, records)
        told.push(`${topic} has acknowledged`)
        return places
      },
    },
  })
  await bench.append({ x: [1] })
  await bench.stored()
  await pipeline.close()
  await bench.database.execute('UPDATE cursors SET published = 0')
  await log.append(topics.ingest, [{ key: bench.tenant, value: 'rubbish' }])
  const again = await bench.start({ step: (step) => told.push(step) })
  await bench.stored()
  await again.close()
  assert.deepEqual(
    // Those of other stages begin with their names.
    told.filter((step) => step !== 'offsets' && !/^(rollup|alert)_/.test(step)),
    [
      ...[
        'taken',
        'locked',
        'stored',
        'moved',
        'committed',
        'metrics.persisted has acknowledged',
        'published',
        'saved',
      ],
      ...['republished', 'letters', 'taken', 'locked', 'stored', 'moved', 'committed', 'published', 'saved'],
    ],
  )
  assert.ok(told.includes('offsets'))
})
