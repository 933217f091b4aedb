import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextLook, offsetOf } from './tick.ts'

test('looks lie on a grid of the interval, shifted by the offset, and always ahead', () => {
  const table = [
    { now: 10_000, offset: 0, at: 11_000 },
    { now: 10_001, offset: 0, at: 11_000 },
    { now: 10_000, offset: 250, at: 10_250 },
    { now: 10_250, offset: 250, at: 11_250 },
    { now: 10_300, offset: 250, at: 11_250 },
  ]
  for (const { now, offset, at } of table) assert.equal(nextLook(now, 1000, offset), at)
})

test('a fleet is spread over the interval, each agent at a place of its own that stays', () => {
  const tenths = new Array(10).fill(0)
  for (let n = 0; n < 1000; n++) tenths[Math.floor(offsetOf(`acme.agent-${n}`, 1000) / 100)]++
  assert.ok(Math.min(...tenths) > 50, String(tenths))
  assert.equal(offsetOf('acme.web-1', 1000), offsetOf('acme.web-1', 1000))
})
