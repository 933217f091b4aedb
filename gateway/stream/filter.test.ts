import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@streamgauge/core/batch.ts'
import { applyFilter, makeFilter } from './filter.ts'

const batch: Batch = {
  v: 1,
  tenant: 'acme',
  received: 1,
  series: [
    ['cpu', 'web-1', {}],
    ['cpu', 'web-2', {}],
    ['mem', 'web-1', {}],
    ['mem', null, {}],
  ],
  sid: [11, 12, 13, 14],
  s: [0, 1, 2, 3, 0],
  t: [1, 2, 3, 4, 5],
  x: [10, 20, 30, 40, 50],
}

const table: [metrics: string[], agents: string[], values: number[]][] = [
  [[], [], [10, 20, 30, 40, 50]],
  [['cpu'], [], [10, 20, 50]],
  [['cpu', 'mem'], [], [10, 20, 30, 40, 50]],
  [[], ['web-1'], [10, 30, 50]],
  [[], ['web-1', 'web-2'], [10, 20, 30, 50]],
  [['mem'], ['web-1'], [30]],
  [['disk'], [], []],
  [['mem'], ['web-2'], []],
]

for (const [metrics, agents, values] of table) {
  test(`metric=${metrics} agent=${agents} lets ${values.length} of 5 points through`, () => {
    const view = applyFilter(makeFilter(metrics, agents), batch)
    assert.deepEqual(view?.x ?? [], values)
    for (const [i, place] of (view?.s ?? []).entries()) {
      const whole = batch.x.indexOf(view?.x[i] ?? Number.NaN)
      assert.deepEqual(view?.series[place], batch.series[batch.s[whole]])
      assert.equal(view?.sid?.[place], batch.sid?.[batch.s[whole]])
    }
  })
}

test('a batch that passes whole stays the same object, so that its bytes can be shared', () => {
  assert.equal(applyFilter(makeFilter(['mem', 'cpu'], []), batch), batch)
})

test('equal filters have equal keys whatever their order', () => {
  assert.equal(makeFilter(['a', 'b'], ['x'])?.key, makeFilter(['b', 'a'], ['x'])?.key)
  assert.notEqual(makeFilter(['a'], [])?.key, makeFilter([], ['a'])?.key)
})
