import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasLabel, labelDistance } from './time-marks.ts'

test('labels stand at round distances with room between them', () => {
  const table: [window: number, pane: number, distance: number][] = [
    [60_000, 500, 10_000],
    [60_000, 300, 30_000],
    [300_000, 500, 60_000],
    [300_000, 300, 120_000],
    [900_000, 1200, 60_000],
    [3_600_000, 500, 600_000],
    [3_600_000, 10, 43_200_000],
    [86_400_000, 500, 21_600_000],
    [604_800_000, 500, 172_800_000],
  ]
  for (const [window, pane, distance] of table) assert.equal(labelDistance(window, pane, 80), distance)
})

test('labels count from midnight where the viewer is, also in zones of half hours', () => {
  const noonUtc = Date.UTC(2026, 0, 31, 12)
  assert.equal(hasLabel(noonUtc, 3_600_000, 0), true)
  // India is 5 h 30 min ahead: getTimezoneOffset() says -330
  assert.equal(hasLabel(noonUtc, 3_600_000, -330), false)
  assert.equal(hasLabel(noonUtc + 1_800_000, 3_600_000, -330), true)
})
