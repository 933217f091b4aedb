import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRetryAfter, retryDelayMs, verdict } from './retry.ts'

test('delays double up to half a minute, and chance shortens them by half at most', () => {
  const table = [0, 1, 2, 5, 6, 20].map((attempt) => [
    retryDelayMs(attempt, 0),
    retryDelayMs(attempt, 0.999999),
  ])
  assert.deepEqual(
    table.map(([least, most]) => [least, Math.round(most ?? 0)]),
    [
      [250, 500],
      [500, 1000],
      [1000, 2000],
      [8000, 16000],
      [15000, 30000],
      [15000, 30000],
    ],
  )
})

test('a delay is never shorter than the server asked for', () => {
  assert.equal(retryDelayMs(0, 0, 7_000), 7_000)
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')
  assert.equal(parseRetryAfter('3', now), 3_000)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:39 GMT', now), 2_000)
  assert.equal(parseRetryAfter('Sun, 06 Nov 1994 08:49:00 GMT', now), 0)
  assert.equal(parseRetryAfter('soon', now), undefined)
  assert.equal(parseRetryAfter(undefined, now), undefined)
})

test('only what the server will never take is dropped', () => {
  const statuses = [202, 400, 401, 403, 413, 422, 429, 500, 503]
  assert.deepEqual(statuses.map(verdict), [
    'sent',
    'drop',
    'retry',
    'retry',
    'drop',
    'drop',
    'retry',
    'retry',
    'retry',
  ])
})
