import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bucket, take } from './bucket.ts'

const size = { capacity: 100, perSecond: 10 }

test('a bucket gives its capacity at once, then what flows in', () => {
  const table: [now: number, amount: number, waitMs: number][] = [
    [0, 60, 0],
    [0, 40, 0],
    [0, 1, 100],
    [50, 1, 50],
    [100, 1, 0],
    [2_100, 20, 0],
    [2_100, 10, 1_000],
    [1_000_000, 100, 0],
  ]
  let bucket: Bucket | undefined
  for (const [now, amount, expected] of table) {
    const taken = take(bucket, size, amount, now)
    assert.equal(taken.waitMs, expected, `${amount} at ${now}`)
    bucket = taken.bucket
  }
})

test('a full bucket serves more than it holds once and works the debt off', () => {
  const { bucket, waitMs } = take(undefined, size, 150, 0)
  assert.equal(waitMs, 0)
  assert.equal(take(bucket, size, 1, 0).waitMs, 5_100)
})

test('a clock that steps back refills nothing', () => {
  const { bucket } = take(undefined, size, 100, 1_000)
  assert.equal(take(bucket, size, 1, 0).waitMs, 100)
})
