import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Aggregator, aggregates } from './aggregate.ts'
import { stepOf } from './steps.ts'

/** Two series of one line: one sends ten equal points a step, the other a single one; then only the first is left. */
function line(kind: (typeof aggregates)[number]) {
  const aggregator = new Aggregator(kind, 1, () => 0)
  aggregator.take(0, { t: 60, count: 10, sum: 100, min: 4, max: 16, first: 4, last: 16 })
  aggregator.take(0, stepOf(0, 1))
  aggregator.take(1, stepOf(60, 30))
  return aggregator.end()
}

test('each series weighs the same however often it sends', () => {
  const expected = { avg: [1, 20], sum: [1, 40], min: [1, 4], max: [1, 30], count: [1, 2] }
  for (const kind of aggregates) assert.deepEqual(line(kind).x, expected[kind], kind)
})

test('steps come in the order of time, with the extremes of all points and the number of series', () => {
  const { t, min, max, count } = line('avg')
  assert.deepEqual({ t, min, max, count }, { t: [0, 60], min: [1, 4], max: [1, 30], count: [1, 2] })
})

test('lines keep to themselves', () => {
  const aggregator = new Aggregator('sum', 2, (series) => series % 2)
  for (const [series, x] of [1, 2, 4, 8].entries()) aggregator.take(series, stepOf(0, x))
  const { s, x } = aggregator.end()
  assert.deepEqual(
    [s, x],
    [
      [0, 1],
      [5, 10],
    ],
  )
})
