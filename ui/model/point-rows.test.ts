import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interval } from './gap.ts'
import type { Line } from './metric-model.ts'
import { pointRows } from './point-rows.ts'
import { PointRing } from './ring.ts'
import { StepRows } from './step-rows.ts'

function line(label: string, times: number[]): Line {
  const ring = new PointRing()
  for (const t of times) ring.add(t, t * 10)
  return {
    name: ['m', label, {}],
    ring,
    steps: undefined,
    newest: undefined,
    interval: new Interval(),
    label,
  }
}

test('the points on screen are listed newest first, doubles as two rows', () => {
  const rows = pointRows([line('b', [1, 2, 2, 3, 9]), line('a', [2, 4])], 2, 9)
  assert.deepEqual(
    rows.map((r) => `${r.timeMs} ${r.label} ${r.value}`),
    ['4 a 40', '3 b 30', '2 a 20', '2 b 20', '2 b 20'],
  )
})

test('windows are listed with their mean, least, greatest and number of points', () => {
  const windows = line('a', [])
  windows.steps = new StepRows(60_000)
  for (const [t, x] of [
    [0, 1],
    [60_000, 2],
    [61_000, 4],
    [120_000, 9],
  ])
    windows.steps.merge(t, 1, x, x, x)
  assert.deepEqual(pointRows([windows], 60_000, 120_000), [
    { timeMs: 60_000, label: 'a', value: 3, count: 2, min: 2, max: 4 },
  ])
})
