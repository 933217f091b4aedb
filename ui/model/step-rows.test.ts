import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StepRows } from './step-rows.ts'

test('a live point joins the window it lies in, a late one too', () => {
  const steps = new StepRows(60_000)
  assert.equal(steps.merge(60_000, 3, 6, 1, 3), true)
  assert.equal(steps.merge(180_000, 1, 5, 5, 5), true)
  assert.equal(steps.merge(185_123, 1, -2, -2, -2), false)
  assert.equal(steps.merge(61_000, 1, 9, 9, 9), false)
  assert.equal(steps.merge(130_000, 1, 4, 4, 4), true)
  assert.deepEqual(steps.rows, [
    { t: 60_000, count: 4, sum: 15, min: 1, max: 9 },
    { t: 120_000, count: 1, sum: 4, min: 4, max: 4 },
    { t: 180_000, count: 2, sum: 3, min: -2, max: 5 },
  ])
})

test('windows that have left are forgotten', () => {
  const steps = new StepRows(60_000)
  for (const t of [0, 60_000, 120_000]) steps.merge(t, 1, 1, 1, 1)
  steps.dropBefore(60_000)
  assert.deepEqual(
    steps.rows.map(({ t }) => t),
    [60_000, 120_000],
  )
  steps.dropBefore(999_999)
  assert.deepEqual(steps.rows, [])
})
