import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gapMs, Interval } from './gap.ts'

function intervalOf(times: number[]): number {
  const interval = new Interval()
  for (const t of times) interval.add(t)
  return interval.ms
}

test('a gap is more than two slots and more than two intervals', () => {
  assert.equal(gapMs(500, 0), 1000)
  assert.equal(gapMs(500, 1000), 2000)
  assert.equal(gapMs(5000, 1000), 10_000)
})

test('the interval is the usual distance; an outage, a double and a late point leave it alone', () => {
  assert.equal(intervalOf([]), 0)
  assert.equal(intervalOf([1000]), 0)
  assert.equal(intervalOf([1000, 3000]), 2000)
  assert.equal(intervalOf([0, 0, 1000, 1000, 2000, 2000]), 1000)
  assert.equal(intervalOf([0, 1000, 2000, 3000, 60_000, 61_000, 61_000, 60_500]), 1000)
})

test('the interval follows a sender that changes its pace', () => {
  const times = Array.from({ length: 30 }, (_, i) => i * 1000)
  const slower = Array.from({ length: 30 }, (_, i) => 30_000 + i * 5000)
  assert.equal(intervalOf([...times, ...slower]), 5000)
})
