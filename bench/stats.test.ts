import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, quantile, spreadOf } from './stats.ts'

test('a quantile is a value that was measured, at or above the share asked for', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
  assert.equal(quantile(hundred, 0.5), 50)
  assert.equal(quantile(hundred, 0.95), 95)
  assert.equal(quantile(hundred, 0.99), 99)
  assert.equal(quantile(hundred, 1), 100)
  assert.equal(quantile([7], 0.5), 7)
})

test('a median lies in the middle, between two where there is no middle', () => {
  assert.equal(median([30, 10, 20]), 20)
  assert.equal(median([4, 1, 2, 3]), 2.5)
})

test('values are compared as numbers, not as text', () => {
  assert.deepEqual(spreadOf([9, 10, 100]), { median: 10, min: 9, max: 100 })
})

test('nothing measured is an error, never a zero', () => {
  assert.throws(() => quantile([], 0.5))
  assert.throws(() => median([]))
})
