import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { createClient } from './client.ts'
import { cut, hang, refuse, startStage, take } from './testing.ts'
import type { ClientOptions, Dropped, Point, Refused, Retry } from './types.ts'

const point = (value: number): Point => ({ metric_name: 'test', value })
const values = (points: readonly Point[]) => points.map(({ value }) => value)

/** A client that keeps what it tells. */
function listen(options: Omit<ClientOptions, 'token'>) {
  const told = { refused: [] as Refused[], dropped: [] as Dropped[], retries: [] as Retry[] }
  const client = createClient({
    token: 'sg_test',
    onRefused: (refused) => told.refused.push(refused),
    onDropped: (dropped) => told.dropped.push(dropped),
    onRetry: (retry) => told.retries.push(retry),
    ...options,
  })
  return { client, ...told }
}

test('points leave in batches by number and by size, in order, each under a key of its own', async () => {
  await using stage = await startStage()
  const { client } = listen({ url: `${stage.url}/`, maxPoints: 3 })
  client.send([1, 2, 3, 4, 5, 6, 7].map(point))
  assert.equal(await client.flush(), true)
  assert.deepEqual(
    stage.seen.map(({ points }) => values(points)),
    [[1, 2, 3], [4, 5, 6], [7]],
  )
  assert.equal(new Set(stage.seen.map(({ key }) => key)).size, 3)
  assert.equal(stage.seen[0].headers.authorization, 'Bearer sg_test')
  assert.deepEqual(client.stats, { sent: 7, accepted: 7, refused: 0, dropped: 0, retries: 0, waiting: 0 })
  await client.close()

  const small = createClient({ url: stage.url, token: 'sg_test', maxBytes: 150 })
  small.send([1, 2, 3, 4].map(point))
  await small.close()
  assert.deepEqual(
    stage.seen.slice(3).map(({ points }) => values(points)),
    [
      [1, 2],
      [3, 4],
    ],
  )
})

test('a single point leaves by itself once it is old enough, with the time at which it was sent', async () => {
  await using stage = await startStage()
  const { client } = listen({ url: stage.url, maxAgeMs: 20 })
  const before = Date.now()
  client.send(point(1))
  const after = Date.now()
  // Timers of the client keep no process alive; this one does.
  const hold = setInterval(() => undefined, 1_000)
  while (client.stats.accepted === 0) await new Promise(setImmediate)
  clearInterval(hold)
  const { timestamp } = stage.seen[0].points[0]
  assert.ok(Number(timestamp) >= before && Number(timestamp) <= after)
  await client.close()
})

test('bodies worth it are packed', async () => {
  await using stage = await startStage()
  const { client } = listen({ url: stage.url })
  client.send(point(1))
  await client.flush()
  client.send(Array.from({ length: 100 }, (_, i) => point(i)))
  await client.close()
  assert.deepEqual(
    stage.seen.map(({ packed, points }) => [packed, points.length]),
    [
      [false, 1],
      [true, 100],
    ],
  )
})

test('what wasn’t answered is sent again, the same bytes under the same key, never before Retry-After', async () => {
  const busy = refuse(503, { code: 'OVERLOADED', detail: 'Too much.' }, { 'retry-after': '1' })
  await using stage = await startStage(cut, busy, refuse(502, {}), take)
  const { client, retries } = listen({ url: stage.url })
  client.send([point(1), point(2)])
  assert.equal(await client.close({ signal: AbortSignal.timeout(30_000) }), true)
  assert.equal(stage.seen.length, 4)
  assert.equal(new Set(stage.seen.map(({ key }) => key)).size, 1)
  for (const { points } of stage.seen) assert.deepEqual(points, stage.seen[0].points)
  assert.ok(stage.seen[2].at - stage.seen[1].at >= 995, 'Retry-After: 1')
  assert.deepEqual(
    retries.map(({ attempt, status, code }) => [attempt, status, code]),
    [
      [1, undefined, undefined],
      [2, 503, 'OVERLOADED'],
      [3, 502, undefined],
    ],
  )
  assert.deepEqual([client.stats.accepted, client.stats.retries], [2, 3])
})

test('a server that hangs is given up after a while, and asked again', async () => {
  await using stage = await startStage(hang, take)
  const { client } = listen({ url: stage.url, requestTimeoutMs: 50 })
  client.send(point(1))
  assert.equal(await client.close({ signal: AbortSignal.timeout(30_000) }), true)
  assert.equal(stage.seen[0].key, stage.seen[1].key)
})

test('faulty points are named as they were sent, the others of their request are kept', async () => {
  const error = { index: 1, field: 'tags', code: 'TAGS_INVALID', detail: 'no' }
  await using stage = await startStage(
    refuse(202, { accepted: 1, rejected: 1, errors: [error] }),
    refuse(422, { code: 'VALIDATION_FAILED', rejected: 1, errors: [{ ...error, index: 0 }] }),
  )
  const { client, refused } = listen({ url: stage.url })
  const faulty: Point = { ...point(2), timestamp: 5, tags: { '': 'x' } }
  client.send([point(1), faulty])
  await client.flush()
  client.send(faulty)
  await client.close()
  assert.deepEqual(refused, [
    { count: 1, items: [{ ...error, point: faulty }] },
    { count: 1, items: [{ ...error, index: 0, point: faulty }] },
  ])
  const { accepted, dropped } = client.stats
  assert.deepEqual([accepted, client.stats.refused, dropped], [1, 2, 0])
})

test('a request that is refused for good is dropped and told, and the next is sent', async () => {
  const answer = { code: 'UNAUTHENTICATED', detail: 'The token is revoked.' }
  await using stage = await startStage(refuse(401, answer))
  const { client, dropped } = listen({ url: stage.url })
  client.send(point(1))
  await client.flush()
  client.send(point(2))
  await client.close()
  assert.deepEqual(dropped, [{ count: 1, reason: 'rejected', status: 401, ...answer }])
  assert.deepEqual([client.stats.accepted, client.stats.dropped], [1, 1])
})

test('the buffer is bounded: the oldest that wait are dropped, and the numbers add up', async () => {
  await using stage = await startStage(hang)
  const { client, dropped } = listen({ url: stage.url, maxPoints: 2, bufferPoints: 4 })
  client.send([1, 2].map(point))
  for (let value = 3; value <= 9; value++) client.send(point(value))
  const { sent, waiting } = client.stats
  // Two are on their way, four wait.
  assert.deepEqual([sent, waiting, client.stats.dropped], [9, 6, 3])
  assert.equal(await client.close({ signal: AbortSignal.timeout(100) }), false)
  const lost = dropped.reduce((sum, { count }) => sum + count, 0)
  assert.deepEqual([lost, client.stats.dropped, client.stats.waiting], [9, 9, 0])
  assert.deepEqual(new Set(dropped.map(({ reason }) => reason)), new Set(['buffer', 'closed']))
})

test('a signal ends the client at once, and nothing more is taken', async () => {
  await using stage = await startStage(hang)
  const abort = new AbortController()
  const { client, dropped } = listen({ url: stage.url, signal: abort.signal })
  client.send(point(1))
  const flushed = client.flush()
  abort.abort()
  assert.equal(await flushed, true)
  assert.deepEqual(dropped, [{ count: 1, reason: 'closed' }])
  assert.throws(() => client.send(point(2)), /closed/)
})

/** Runs a program that sends to `url` and does nothing else; resolves with its exit code and how long it took, ms. */
async function run(url: string, then: string): Promise<[code: number, ms: number]> {
  const program = `
    import { createClient } from ${JSON.stringify(new URL('./client.ts', import.meta.url).href)}
    const client = createClient({ url: ${JSON.stringify(url)}, token: 'sg_test' })
    client.send([{ metric_name: 'last', value: 1 }, { metric_name: 'last', value: 2 }])
    ${then}`
  const start = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return [code, performance.now() - start]
}

test('a Node program that ends, and one that waits for its flush, has sent everything', async () => {
  await using stage = await startStage()
  for (const then of ['', 'await client.flush()', 'await client.close()']) {
    assert.deepEqual((await run(stage.url, then))[0], 0, then)
    assert.deepEqual(values(stage.seen.at(-1)?.points ?? []), [1, 2], then)
  }
  assert.equal(stage.seen.length, 3)
})

test('a Node program that can’t send ends all the same', async () => {
  await using stage = await startStage()
  await stage[Symbol.asyncDispose]()
  const [code, ms] = await run(stage.url, '')
  assert.equal(code, 0)
  assert.ok(ms >= 5_000, `${ms} ms: it has tried`)
})
