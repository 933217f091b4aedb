import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headSlot, slotOf, slotSeconds, stepFor, stepsMs } from './grid.ts'

test('the step is the finest whose slots fit the pane', () => {
  const table = [
    // window   pane  max   step
    [60_000, 600, 600, 250],
    [300_000, 600, 600, 500],
    [300_000, 599, 600, 1000],
    [300_000, 320, 600, 1000],
    [900_000, 1200, 1200, 1000],
    [3_600_000, 600, 600, 10_000],
    [3_600_000, 1200, 1200, 5000],
    [3_600_000, 0, 600, 3_600_000],
    [86_400_000, 1200, 1200, 120_000],
    [604_800_000, 600, 600, 1_800_000],
  ]
  for (const [window, pane, max, step] of table) assert.equal(stepFor(window, pane, max), step)
})

test('stored windows are never split over slots', () => {
  assert.equal(stepFor(3_600_000, 600, 600, 300_000), 300_000)
  assert.equal(stepFor(86_400_000, 1200, 1200, 300_000), 300_000)
  assert.equal(stepFor(604_800_000, 4000, 4000, 300_000), 300_000)
  assert.equal(stepFor(3_600_000, 600, 600, 7_200_000), 7_200_000)
})

test('the keys of slots are exact, ascending and distinct for every step', () => {
  for (const step of stepsMs) {
    const first = slotOf(1_790_000_000_123, step)
    for (let n = first; n < first + 2000; n++) {
      assert.equal(slotOf(slotSeconds(n, step) * 1000, step), n)
      assert.ok(slotSeconds(n + 1, step) > slotSeconds(n, step))
    }
  }
})

test('a slot begins at its own time and ends before the next', () => {
  assert.equal(slotOf(1000, 250), 4)
  assert.equal(slotOf(1249.9, 250), 4)
  assert.equal(slotOf(1250, 250), 5)
})

test('the head follows the server clock, and a point slightly ahead, but not one from the far future', () => {
  assert.equal(headSlot(10_000, 9_000, 500), 20)
  assert.equal(headSlot(10_000, 11_400, 500), 22)
  assert.equal(headSlot(10_000, 500_000, 500), 20)
  assert.equal(headSlot(10_000, Number.NEGATIVE_INFINITY, 500), 20)
})
