import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { listLetters, replayLetters } from './dlq.ts'
import { batchOf } from './persist/fixture.ts'
import { workbench } from './persist/testing.ts'
import { describeTopics } from './topics.ts'

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
  await replayLetters(log, [letters[0].id], Date.now())
  await bench.stored()
  await createTenant(database, { name: key }, Date.now())
  const replayed = await replayLetters(log, 'all', Date.now())
  assert.deepEqual(
    replayed.map(({ refusal }) => refusal === null),
    [true, false, true],
  )
  await replayLetters(log, 'all', Date.now())
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
