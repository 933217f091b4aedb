import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Behind } from './behind.ts'

function setup() {
  const state = { now: 0, high: 10, head: 9 as number | undefined, asked: 0, away: false }
  const behind = new Behind({
    bounds: async () => {
      state.asked++
      if (state.away) throw new Error('away')
      return [{ partition: 0, low: 0, high: state.high }]
    },
    head: () => state.head,
    now: () => state.now,
  })
  return { state, behind }
}

test('a partition read to its end is not behind', async () => {
  const { behind } = setup()
  assert.partialDeepStrictEqual(await behind.of(0), { records: 0, ms: 0 })
})

test('records that were not seen are counted, with the time since they were first noticed', async () => {
  const { state, behind } = setup()
  state.high = 15
  assert.partialDeepStrictEqual(await behind.of(0), { records: 5, ms: 1 })
  state.now = 4_000
  state.high = 30
  assert.partialDeepStrictEqual(await behind.of(0), { records: 20, ms: 4_000 })
  state.head = 14
  assert.partialDeepStrictEqual(await behind.of(0), { records: 15, ms: 1 })
  state.head = 29
  assert.partialDeepStrictEqual(await behind.of(0), { records: 0, ms: 0 })
})

test('the log is asked at most twice a second', async () => {
  const { state, behind } = setup()
  for (const now of [0, 10, 499]) {
    state.now = now
    await behind.of(0)
  }
  assert.equal(state.asked, 1)
  state.now = 500
  await behind.of(0)
  assert.equal(state.asked, 2)
})

test('while the log is away its last known end counts', async () => {
  const { state, behind } = setup()
  state.high = 15
  await behind.of(0)
  state.away = true
  state.now = 2_000
  assert.partialDeepStrictEqual(await behind.of(0), { records: 5, ms: 2_000 })
})

test('what was accepted is seen up to when an end was read that is reached by now', async () => {
  const { state, behind } = setup()
  const seenUntil = async (now: number) => {
    state.now = now
    return (await behind.of(0)).seenUntil
  }
  assert.equal(await seenUntil(100), 100)
  state.high = 15
  assert.equal(await seenUntil(1_000), 100)
  state.high = 20
  assert.equal(await seenUntil(2_000), 100)
  state.head = 14
  assert.equal(await seenUntil(2_100), 1_000)
  state.head = 19
  assert.equal(await seenUntil(2_200), 2_000)
  assert.equal(await seenUntil(3_000), 3_000)
  state.away = true
  assert.equal(await seenUntil(9_000), 3_000)
})

test('nothing is known to be seen before the head is known', async () => {
  const { state, behind } = setup()
  state.head = undefined
  assert.equal((await behind.of(0)).seenUntil, Number.NEGATIVE_INFINITY)
})
