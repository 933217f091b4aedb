import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'

test('waits double up to five seconds, and never march in step', () => {
  const most = [1, 2, 3, 6, 7, 100].map((failures) => backoffMs(failures, () => 1))
  assert.deepEqual(most, [100, 200, 400, 3_200, 5_000, 5_000])
  assert.equal(
    backoffMs(7, () => 0),
    2_500,
  )
})
