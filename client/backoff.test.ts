import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, readRetryAfter } from './backoff.ts'

test('waits double up to half a minute, and half of each is chance', () => {
  const table: [attempt: number, random: number, ms: number][] = [
    [0, 0, 125],
    [0, 0.5, 187.5],
    [3, 0, 1_000],
    [60, 0, 15_000],
    [60, 0.5, 22_500],
  ]
  for (const [attempt, random, ms] of table) assert.equal(backoffMs(attempt, random), ms)
})

test('a wait is never shorter than the server asked for', () => {
  assert.equal(backoffMs(0, 0, 2_000), 2_000)
  assert.equal(backoffMs(0, 0.5, 2_000), 2_125)
  assert.equal(backoffMs(20, 0, 2_000), 15_000)
})

test('Retry-After is seconds or a date', () => {
  const now = Date.UTC(2026, 0, 1)
  const table: [string | null, number][] = [
    [null, 0],
    ['3', 3_000],
    ['0', 0],
    [new Date(now + 5_000).toUTCString(), 5_000],
    [new Date(now - 5_000).toUTCString(), 0],
    ['soon', 0],
  ]
  for (const [header, ms] of table) assert.equal(readRetryAfter(header, now), ms)
})
