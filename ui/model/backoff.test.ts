import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, retryAfterMs } from './backoff.ts'

test('the wait doubles up to ten seconds, and half of it is random', () => {
  const low = [0, 1, 2, 3, 4, 5, 6, 60].map((n) => backoffMs(n, 0))
  const high = [0, 1, 2, 3, 4, 5, 6, 60].map((n) => backoffMs(n, 1))
  assert.deepEqual(low, [125, 250, 500, 1000, 2000, 4000, 5000, 5000])
  assert.deepEqual(high, [250, 500, 1000, 2000, 4000, 8000, 10000, 10000])
})

test('never earlier than Retry-After says', () => {
  assert.equal(backoffMs(0, 0, 3000), 3000)
  assert.equal(backoffMs(0, 1, 3000), 3125)
})

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  assert.equal(retryAfterMs('2', now), 2000)
  assert.equal(retryAfterMs('Sat, 31 Jan 2026 12:00:05 GMT', now), 5000)
  assert.equal(retryAfterMs('Sat, 31 Jan 2026 11:00:00 GMT', now), 0)
  assert.equal(retryAfterMs(null, now), 0)
  assert.equal(retryAfterMs('soon', now), 0)
})
