import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { listLetters, replayLetters } from './dlq.ts'
import { batchOf } from './persist/fixture.ts'
import { type Workbench, workbench } from './persist/testing.ts'
import { describeTopics } from './topics.ts'

const hour = 3_600_000

test('a dead letter that is replayed twice is stored once, and one that dies again keeps its id', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  const pipeline = await bench.start()
  // A tenant that isn't there yet, in the same partition so that `stored` waits for it.
  const key = Array.from({ length: 1_000 }, (_, i) => `late-${i}`).find(
    (name) => log.partitionFor(name) === bench.partition,
  )
  assert.ok(key)
  const value = JSON.stringify(batchOf({ tenant: key, received: Date.now(), x: [42] }))
  const [{ offset }] = await log.append(topics.ingest, [{ key, value }])
  await log.append(topics.ingest, [{ key: bench.tenant, value: 'rubbish' }])
  await bench.stored()

  const letters = await listLetters(log)
  assert.deepEqual(
    letters.map(({ id, tenant }) => [id, tenant]),
    [
      [`dlq:${bench.partition}:${offset}`, key],
      [`dlq:${bench.partition}:${offset + 1}`, bench.tenant],
    ],
  )
  assert.match(letters[0].reason, /no tenant/)
  assert.equal(letters[0].value.toString(), value)

  // Too early: it dies again, as a second letter of the same data.
  await replayLetters(log, database, [letters[0].id], Date.now())
  await bench.stored()
  await createTenant(database, { name: key }, Date.now())
  const { replayed, skipped } = await replayLetters(log, database, 'all', Date.now())
  assert.deepEqual(
    replayed.map(({ letter, refusal }) => [letter.offset, refusal === null]),
    [
      [1, false],
      [2, true],
    ],
  )
  assert.equal(skipped, 1, 'the first letter of what died again')
  // By its id it is sent once more, which does no harm.
  const ids = [letters[0].id]
  assert.equal((await replayLetters(log, database, ids, Date.now())).replayed[0].refusal, null)
  await bench.stored()
  await pipeline.close()
  const rows = await database.query<{ value: number }>('SELECT value FROM points WHERE tenant = ?', [key])
  assert.deepEqual(rows, [{ value: 42 }])

  const { persist, topics: described } = await describeTopics(log, database)
  assert.equal(persist[bench.partition].lag, 0)
  assert.deepEqual(
    described.map(({ topic, partitions }) => [topic, partitions.length]),
    [
      [topics.ingest, 12],
      [topics.persisted, 12],
      [topics.deadLetters, 1],
      [topics.transitions, 12],
    ],
  )
})

test('a letter that was sent is not sent again when persist has forgotten its id', async () => {
  await using bench = await workbench()
  const { log, database, tenant: key, partition } = bench
  let ahead = 0
  const clock = () => Date.now() + ahead
  const pipeline = await bench.start({ clock })
  const id = await letterOf(bench, 7, 42)
  await replayLetters(log, database, 'all', clock())
  await bench.stored()
  ahead = 40 * hour
  const all = await replayLetters(log, database, 'all', clock())
  assert.deepEqual(all, { replayed: [], skipped: 1 })
  const [{ refusal }] = (await replayLetters(log, database, [id], clock())).replayed
  assert.match(refusal ?? '', /ids are remembered for 24 h/)
  // What comes last shows that everything before it was taken.
  await log.append(topics.ingest, [
    { key, partition, value: JSON.stringify(batchOf({ received: clock(), x: [1] })) },
  ])
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [42, 1],
  )
})

test('of two records that had the same place in two logs the one that is there now is listed, and counts', async () => {
  await using bench = await workbench()
  const { log, database } = bench
  const pipeline = await bench.start()
  const now = Date.now()
  const id = await letterOf(bench, 7, 1)
  await replayLetters(log, database, [id], now)
  assert.equal(await letterOf(bench, 7, 2), id)
  const letters = await listLetters(log)
  assert.deepEqual(
    letters.map((letter) => [letter.id, JSON.parse(letter.value.toString()).x]),
    [[id, [2]]],
  )
  const { replayed } = await replayLetters(log, database, 'all', now)
  assert.deepEqual(
    replayed.map(({ refusal }) => refusal),
    [null],
  )
  await bench.stored()
  await pipeline.close()
  assert.deepEqual(
    (await bench.raw()).map(({ value }) => value),
    [1, 2],
  )
})

/** Puts the letter of a record with this value at this place of `metrics.ingest` there; answers its id. */
async function letterOf(
  { log, tenant, partition }: Workbench,
  offset: number,
  value: number,
): Promise<string> {
  const { partition: of, offset: at, reason } = letterHeaders
  await log.append(topics.deadLetters, [
    {
      key: tenant,
      value: JSON.stringify(batchOf({ tenant, received: Date.now(), x: [value] })),
      headers: { [of]: String(partition), [at]: String(offset), [reason]: 'a test' },
    },
  ])
  return `dlq:${partition}:${offset}`
}
