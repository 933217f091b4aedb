import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf } from './rows.ts'

const at = (s: number) => Date.UTC(2026, 0, 1, 0, 0, s)
const time = (s: number) => new Date(at(s)).toISOString()
const batch = {
  v: 1,
  tenant: 'acme',
  received: 0,
  series: [
    ['cpu', 'web-1', {}],
    ['cpu', 'web-2', {}],
  ],
} as const

test('points become rows of their series, and a series without points has none', () => {
  const points = { ...batch, series: [...batch.series], s: [0, 0, 0], t: [at(0), at(1), at(2)], x: [4, 1, 4] }
  const { columns, series } = rowsOf(points)
  assert.deepEqual(columns, ['time', 'value'])
  assert.deepEqual(series[0], {
    summary: { count: 3, mean: 3, min: 1, max: 4, first: 4, last: 4 },
    rows: [
      [time(0), 4],
      [time(1), 1],
      [time(2), 4],
    ],
  })
  assert.deepEqual([series[1].summary.count, series[1].rows], [0, []])
})

test('windows are summed up by their points, not by their number', () => {
  const windows = {
    ...batch,
    series: [...batch.series],
    s: [0, 0, 1],
    t: [at(0), at(60), at(0)],
    x: [1, 10, 7],
    count: [9, 1, 2],
    sum: [9, 10, 14],
    min: [-1, 10, 6],
    max: [3, 10, 8],
    first: [1, 10, 6],
    last: [2, 10, 8],
    first_ts: [0, 0, 0],
    last_ts: [0, 0, 0],
  }
  const { columns, series } = rowsOf(windows)
  assert.deepEqual(columns, ['time', 'mean', 'min', 'max'])
  assert.deepEqual(series[0].summary, { count: 10, mean: 1.9, min: -1, max: 10, first: 1, last: 10 })
  assert.deepEqual(series[1].rows, [[time(0), 7, 6, 8]])
})

test('a line of several series is named by how it was made', () => {
  const line = { ...batch, series: [['cpu', null, {}] as const], s: [0, 0], t: [at(0), at(60)], x: [2, 3] }
  const { columns, series } = rowsOf({ ...line, series: [...line.series] }, 'sum')
  assert.deepEqual(columns, ['time', 'sum'])
  assert.deepEqual(series[0].summary, { count: null, mean: null, min: 2, max: 3, first: 2, last: 3 })
})
