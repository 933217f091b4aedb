import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextTryAt, outcomeOfStatus, retryAfterMs, waitsMs } from './delivery.ts'

const now = 1_790_000_000_000

test('ten tries within three days, then it is given up', () => {
  const waits = waitsMs.map((_, tried) => Number(nextTryAt(tried, now, 0)) - now)
  assert.deepEqual(
    waits.map((ms) => ms / 1000),
    [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
  )
  assert.equal(nextTryAt(10, now, 0), null)
})

test('what failed together comes back at different times, and never early', () => {
  assert.equal(nextTryAt(1, now, 0), now + 5_000)
  assert.equal(nextTryAt(1, now, 0.5), now + 5_250)
  assert.equal(nextTryAt(0, now, 0.9), now)
})

test('Retry-After puts a try off, a day at most, and never brings it forward', () => {
  assert.equal(nextTryAt(1, now, 0, 60_000), now + 60_000)
  assert.equal(nextTryAt(2, now, 0, 60_000), now + 300_000)
  assert.equal(nextTryAt(1, now, 0, 1e12), now + 86_400_000)
})

test('Retry-After is read as seconds and as a date', () => {
  assert.equal(retryAfterMs('120', now), 120_000)
  assert.equal(retryAfterMs(new Date(now + 90_000).toUTCString(), now), 90_000)
  for (const nothing of [undefined, '', 'soon', '-1', '0', new Date(now - 5_000).toUTCString()])
    assert.equal(retryAfterMs(nothing, now), undefined)
})

test('2xx alone is success, a redirect is a failure, 410 is the end', () => {
  const kinds = [200, 204, 299, 301, 307, 400, 404, 500, 410, 408, 429, 502, 503, 504].map(
    (code) => `${code} ${outcomeOfStatus(code).kind}`,
  )
  assert.deepEqual(kinds, [
    '200 delivered',
    '204 delivered',
    '299 delivered',
    '301 refused',
    '307 refused',
    '400 refused',
    '404 refused',
    '500 unavailable',
    '410 gone',
    '408 unavailable',
    '429 unavailable',
    '502 unavailable',
    '503 unavailable',
    '504 unavailable',
  ])
})
