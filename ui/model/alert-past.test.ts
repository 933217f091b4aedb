import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertTransition } from '../api/alert-types.ts'
import { covers, type PastAsk, readPast } from './alert-past.ts'
import { transition } from './alert-samples.ts'

const live = { from: 1_000, to: Number.POSITIVE_INFINITY }

/** A list whose every page holds one transition, at these times. */
async function read(ask: PastAsk, times: readonly number[]) {
  const asked: string[] = []
  const taken: AlertTransition[] = []
  const cut = await readPast(
    ask,
    async (query) => {
      asked.push(query.map((pair) => pair.join('=')).join(' '))
      const i = asked.length - 1
      const items = i < times.length ? [transition(`${100 - i}@${times[i]} O>F`)] : []
      return { items, next: i < times.length - 1 ? `page ${i + 1}` : null }
    },
    (items) => taken.push(...items),
  )
  return { asked, cut, taken: taken.map(({ at }) => at) }
}

test('transitions are read until those before the time shown, of the metrics shown', async () => {
  const { asked, cut, taken } = await read({ shown: live, metrics: ['cpu', 'mem'] }, [3_000, 2_000, 999, 500])
  assert.deepEqual(taken, [3_000, 2_000, 999])
  assert.equal(cut, undefined)
  assert.deepEqual(asked.slice(0, 2), [
    'limit=1000 metric=cpu metric=mem',
    'limit=1000 metric=cpu metric=mem cursor=page 1',
  ])
})

test('a range that stands is asked for by its end; names that are too long for an address are left out', async () => {
  const { asked } = await read({ shown: { from: 1_000, to: 5_000 }, metrics: ['m'.repeat(4_001)] }, [])
  assert.deepEqual(asked, ['limit=1000 to=5000'])
})

test('where there are too many, it says since when they are known', async () => {
  const { cut, taken } = await read(
    { shown: live, metrics: ['cpu'] },
    [9_000, 8_000, 7_000, 6_000, 5_000, 4_000],
  )
  assert.equal(taken.length, 5)
  assert.equal(cut, 5_000)
})

test('a longer time, another end or another metric is read at once, what is part of it is not', () => {
  const known = { shown: live, metrics: ['cpu', 'mem'] }
  assert.ok(covers(known, known))
  assert.ok(covers(known, { shown: { ...live, from: 1_500 }, metrics: ['cpu'] }))
  assert.ok(!covers(known, { shown: { ...live, from: 999 }, metrics: ['cpu'] }))
  assert.ok(!covers(known, { shown: { from: 1_000, to: 5_000 }, metrics: ['cpu'] }))
  assert.ok(!covers(known, { shown: live, metrics: ['cpu', 'disk'] }))
})
