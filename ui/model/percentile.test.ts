import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recent } from './percentile.ts'

test('percentiles are measured values, not values between them', () => {
  const recent = new Recent()
  for (const v of [5, 1, 4, 2, 3]) recent.add(v)
  assert.equal(recent.percentile(0.5), 3)
  assert.equal(recent.percentile(0.95), 5)
  assert.equal(recent.percentile(0), 1)
})

test('only the last measurements count', () => {
  const recent = new Recent(3)
  for (const v of [100, 1, 2, 3]) recent.add(v)
  assert.equal(recent.percentile(1), 3)
})

test('without a measurement there is no percentile', () => {
  assert.ok(Number.isNaN(new Recent().percentile(0.95)))
})
