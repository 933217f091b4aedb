import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectSteps, StepMerger, stepFor, stepOf } from './steps.ts'

const minute = 60_000
const hour = 60 * minute

test('steps are whole windows, long enough that no more than max_points fit', () => {
  const table: [length: number, max: number, window: number, least: number, step: number][] = [
    [hour, 4_000, 0, 1_000, 1_000],
    [hour, 100, 0, 1_000, minute],
    [24 * hour, 4_000, minute, 0, minute],
    [24 * hour, 600, minute, 0, 5 * minute],
    [7 * 24 * hour, 4_000, 5 * minute, 0, 5 * minute],
    [7 * 24 * hour, 600, 5 * minute, 0, 30 * minute],
    [7 * 24 * hour, 600, 5 * minute, 2 * hour, 2 * hour],
    [365 * 24 * hour, 16, 5 * minute, 0, 25 * 24 * hour],
  ]
  for (const [length, max, window, least, step] of table)
    assert.equal(stepFor(length, max, window, least), step)
})

test('windows merge into steps aligned to the epoch, and one that has no points is absent', () => {
  const { columns, take } = collectSteps()
  const merger = new StepMerger(300_000, take)
  const window = (t: number, min: number, max: number) => ({
    t: t * minute,
    count: 2,
    sum: min + max,
    min,
    max,
    first: max,
    last: min,
  })
  for (const w of [window(4, 1, 9), window(5, 3, 5), window(9, -7, 100), window(16, 0, 0)]) merger.add(0, w)
  merger.add(1, window(16, 2, 4))
  merger.end()
  assert.deepEqual(columns.s, [0, 0, 0, 1])
  assert.deepEqual(columns.t, [0, 5 * minute, 15 * minute, 15 * minute])
  assert.deepEqual(columns.count, [2, 4, 2, 2])
  assert.deepEqual(columns.sum, [10, 101, 0, 6])
  assert.deepEqual(columns.min, [1, -7, 0, 2])
  assert.deepEqual(columns.max, [9, 100, 0, 4])
  assert.deepEqual(columns.first, [9, 5, 0, 4])
  assert.deepEqual(columns.last, [1, -7, 0, 2])
  assert.deepEqual(columns.x, [5, 25.25, 0, 3])
})

test('whatever the length of a step, nothing of the points is lost', () => {
  const points = Array.from({ length: 500 }, (_, i) => [i * 777, Math.sin(i) * 50] as const)
  for (const stepMs of [1_000, 5_000, 60_000]) {
    const { columns, take } = collectSteps()
    const merger = new StepMerger(stepMs, take)
    for (const [t, x] of points) merger.add(0, stepOf(t, x))
    merger.end()
    assert.equal(
      columns.count.reduce((a, b) => a + b),
      500,
    )
    assert.equal(Math.min(...columns.min), Math.min(...points.map(([, x]) => x)))
    assert.equal(Math.max(...columns.max), Math.max(...points.map(([, x]) => x)))
    assert.ok(columns.t.every((t) => t % stepMs === 0))
    assert.equal(new Set(columns.t).size, columns.t.length)
  }
})
