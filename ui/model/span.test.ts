import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lengthOf, moved, ranged, spanOf, zoomed } from './span.ts'

const now = 1_000_000

test('a range stands where it is given, a window has a length', () => {
  assert.deepEqual(spanOf('24h', undefined), { windowMs: 86_400_000 })
  assert.equal(lengthOf(spanOf('24h', undefined)), 86_400_000)
  assert.equal(lengthOf(spanOf('24h', { from: 5, to: 9 })), 4)
})

test('zooming keeps the moment pointed at where it is', () => {
  assert.deepEqual(zoomed({ from: 100_000, to: 200_000 }, 0.5, 125_000, now), { from: 112_500, to: 162_500 })
  assert.deepEqual(zoomed({ from: 112_500, to: 162_500 }, 2, 125_000, now), { from: 100_000, to: 200_000 })
})

test('nothing is shown of the future: a range that would reach it is moved back whole', () => {
  assert.deepEqual(zoomed({ from: 900_000, to: now }, 2, 950_000, now), { from: 800_000, to: now })
  assert.deepEqual(moved({ from: 900_000, to: now }, 0.5, now), { from: 900_000, to: now })
  assert.deepEqual(moved({ from: 900_000, to: now }, -0.5, now), { from: 850_000, to: 950_000 })
})

test('a range is never shorter than two seconds, and its ends may come in any order', () => {
  assert.deepEqual(ranged(7_000.5, 5_000.5), { from: 5_000, to: 7_001 })
  assert.deepEqual(ranged(5_000, 5_000), { from: 5_000, to: 7_000 })
  assert.deepEqual(zoomed({ from: 5_000, to: 7_000 }, 0.5, 6_000, now), { from: 5_000, to: 7_000 })
})
