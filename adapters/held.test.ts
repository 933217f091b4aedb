import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from './breaker.ts'
import { createHeld, type HeldOptions } from './held.ts'

const away = () => Promise.reject(new UnavailableError('away'))

/** A cache of numbers on a clock of our own; odd numbers may be served stale. */
function setup(more: Partial<HeldOptions<number>> = {}) {
  const clock = { now: 0 }
  const held = createHeld<number>({
    freshMs: 10,
    refreshMs: 20,
    staleMs: 1_000,
    mayServeStale: (value) => value % 2 === 1,
    capacity: 3,
    maxWaiting: 2,
    now: () => clock.now,
    ...more,
  })
  return { clock, held, get: (key: string, load: () => Promise<number>) => held.get(key, load) }
}

test('an answer is fetched once, again in the background, and at last waited for', async () => {
  const { clock, get } = setup()
  let loads = 0
  const load = async () => ++loads
  const table: [now: number, answer: number, loads: number][] = [
    [0, 1, 1],
    [9, 1, 1],
    [10, 1, 2],
    [19, 2, 2],
    [45, 3, 3],
  ]
  for (const [now, answer, expected] of table) {
    clock.now = now
    assert.deepEqual([await get('a', load), loads], [answer, expected], `at ${now}`)
  }
})

test('callers that ask for the same at once share one fetch', async () => {
  const { get } = setup()
  let loads = 0
  const load = async () => ++loads
  assert.deepEqual(await Promise.all([get('a', load), get('a', load), get('a', load)]), [1, 1, 1])
})

test('an answer counts from the moment its reading began', async () => {
  const { clock, get } = setup()
  const slow = Promise.withResolvers<number>()
  const first = get('a', () => slow.promise)
  clock.now = 15
  slow.resolve(1)
  assert.equal(await first, 1)
  clock.now = 25
  assert.equal(await get('a', async () => 2), 2)
})

test('while the source is away, answers that may be kept are, up to their limit', async () => {
  const { clock, get } = setup()
  await get('odd', async () => 1)
  await get('even', async () => 2)
  clock.now = 999
  assert.equal(await get('odd', away), 1)
  await assert.rejects(get('even', away), UnavailableError)
  await assert.rejects(get('unknown', away), UnavailableError)
  clock.now = 1_000
  await assert.rejects(get('odd', away), UnavailableError)
})

test('a flood of worthless answers pushes out no answer worth keeping', async () => {
  const { clock, get } = setup()
  await get('odd', async () => 1)
  for (let i = 0; i < 100; i++) await get(`even${i}`, async () => 2)
  clock.now = 500
  assert.equal(await get('odd', away), 1)
})

test('no more than a few may wait for a first answer', async () => {
  const { get } = setup()
  const never = () => new Promise<never>(() => undefined)
  void get('a', never)
  void get('b', never)
  await assert.rejects(get('c', never), UnavailableError)
})
