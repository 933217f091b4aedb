import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertSteps } from '@streamgauge/pipeline/alert/steps.ts'
import { steps } from '@streamgauge/pipeline/persist/steps.ts'
import { rollupSteps } from '@streamgauge/pipeline/rollup/steps.ts'
import { drawCycles, failPoints, shortCycles } from './plan.ts'

test('a seed gives the same faults again, another one others', () => {
  assert.deepEqual(drawCycles(7, 50), drawCycles(7, 50))
  assert.deepEqual(drawCycles(7, 50), drawCycles(7, 100).slice(0, 50))
  assert.notDeepEqual(drawCycles(8, 50), drawCycles(7, 50))
})

test('the fail points are all the steps that persist, rollup and alerts have', () => {
  const named = failPoints.flat().map((point) => point.split(/[:+]/)[0])
  assert.deepEqual(new Set(named), new Set(Object.keys({ ...steps, ...rollupSteps, ...alertSteps })))
})

test('a hundred cycles and the cycles of the test come past every fail point', () => {
  const drawn = [1, 2, 3, 4, 5].map((seed) => drawCycles(seed, 100))
  for (const cycles of [...drawn, shortCycles()]) {
    const targets = cycles.flat().map(({ target }) => ` ${target} `)
    for (const points of failPoints) {
      const one = points.join(' ')
      assert.ok(
        targets.some((target) => target.includes(` ${one} `)),
        one,
      )
    }
  }
})
