import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steps } from '@streamgauge/pipeline/persist/steps.ts'
import { drawCycles, failPoints, shortCycles } from './plan.ts'

test('a seed gives the same faults again, another one others', () => {
  assert.deepEqual(drawCycles(7, 50), drawCycles(7, 50))
  assert.deepEqual(drawCycles(7, 50), drawCycles(7, 100).slice(0, 50))
  assert.notDeepEqual(drawCycles(8, 50), drawCycles(7, 50))
})

test('the fail points are all the steps that persist has', () => {
  const named = failPoints.flat().map((point) => point.split(/[:+]/)[0])
  assert.deepEqual(new Set(named), new Set(Object.keys(steps)))
})

test('a hundred cycles and the cycles of the test come past every fail point', () => {
  for (const cycles of [drawCycles(1, 300), shortCycles()]) {
    const targets = new Set(cycles.flat().map(({ target }) => target))
    for (const points of failPoints) assert.ok(targets.has(points.join(' ')), points.join(' '))
  }
})
