import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'

test('delays double up to half a minute, and chance shortens them by half at most', () => {
  const table = [0, 1, 2, 5, 6, 20].map((attempt) => [
    backoffMs(attempt, 0),
    Math.round(backoffMs(attempt, 0.999999)),
  ])
  assert.deepEqual(table, [
    [250, 500],
    [500, 1000],
    [1000, 2000],
    [8000, 16000],
    [15000, 30000],
    [15000, 30000],
  ])
})
