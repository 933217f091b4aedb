import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextLook, offsetOf } from './tick.ts'

test('looks lie on a grid of the interval, shifted by the offset, always ahead, and none comes twice', () => {
  const table: [string, number, number, number, number][] = [
    ['the first', 10_000, 0, 0, 11_000],
    ['a late one', 10_001, 10_000, 0, 11_000],
    ['shifted', 10_000, 9_250, 250, 10_250],
    ['on time', 10_250, 10_250, 250, 11_250],
    ['a timer that came early', 10_249, 10_250, 250, 11_250],
    ['a machine that slept', 99_900, 10_250, 250, 100_250],
    ['a clock that was set back', 5_000, 10_250, 250, 5_250],
  ]
  for (const [when, now, planned, offsetMs, at] of table)
    assert.equal(nextLook(now, planned, { intervalMs: 1000, offsetMs }), at, when)
})

test('a fleet is spread over the interval, each agent at a place of its own that stays', () => {
  const tenths = new Array(10).fill(0)
  for (let n = 0; n < 1000; n++) tenths[Math.floor(offsetOf(`acme.agent-${n}`, 1000) / 100)]++
  assert.ok(Math.min(...tenths) > 50, String(tenths))
  assert.equal(offsetOf('acme.web-1', 1000), offsetOf('acme.web-1', 1000))
})
