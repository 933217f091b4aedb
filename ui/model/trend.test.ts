import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Trend } from './trend.ts'

test('each slot shows the mean of its points, silence stays empty', () => {
  const trend = new Trend(1000, 4)
  trend.add(1000, 10)
  trend.add(1999, 20)
  trend.add(3000, 5)
  assert.deepEqual(trend.read(4500), [15, Number.NaN, 5, Number.NaN])
})

test('what is older than the window is gone, also when it comes late', () => {
  const trend = new Trend(1000, 3)
  trend.add(5000, 1)
  trend.add(2000, 9)
  assert.deepEqual(trend.read(5000), [Number.NaN, Number.NaN, 1])
  assert.deepEqual(trend.read(9000), [Number.NaN, Number.NaN, Number.NaN])
})

test('history goes before what came live and never on top of it', () => {
  const trend = new Trend(1000, 4)
  trend.add(3000, 50)
  trend.fill(2000, 40)
  trend.fill(3000, 0)
  trend.fill(3500, 0)
  assert.deepEqual(trend.read(3900), [Number.NaN, Number.NaN, 40, 50])
})
