import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addBefore, addPoint, type Rollup, rollupOf, windowStart } from './rollup.ts'

type Point = readonly [ts: number, value: number]

function added([[ts, value], ...rest]: readonly Point[]): Rollup {
  const rollup = rollupOf(ts, value)
  for (const [t, x] of rest) addPoint(rollup, t, x)
  return rollup
}

/** As `ORDER BY ts, position` gives it; the place in the list is the position. */
function sorted(points: readonly Point[]): Rollup {
  const order = points.toSorted((a, b) => a[0] - b[0])
  const values = points.map(([, value]) => value)
  const [[firstTs, first]] = order
  const [lastTs, last] = order[order.length - 1]
  const sum = values.reduce((total, value) => total + value, 0)
  return {
    ...{ count: points.length, sum, min: Math.min(...values), max: Math.max(...values) },
    ...{ first, firstTs, last, lastTs },
  }
}

/** Whole numbers: their sums are the same in any order. */
function draw(count: number): Point[] {
  return Array.from({ length: count }, () => [
    Math.floor(Math.random() * 8),
    Math.floor(Math.random() * 100) - 50,
  ])
}

test('a window begins at a multiple of its length', () => {
  assert.equal(windowStart(0, 60_000), 0)
  assert.equal(windowStart(59_999, 60_000), 0)
  assert.equal(windowStart(60_000, 60_000), 60_000)
  assert.equal(windowStart(1_790_000_123_456, 300_000) % 300_000, 0)
})

test('points in any order of time give what sorting them gives; of one time the first and the last to arrive count', () => {
  for (let i = 0; i < 2_000; i++) {
    const points = draw(1 + (i % 12))
    assert.deepEqual(added(points), sorted(points), JSON.stringify(points))
  }
})

test('what came before and what came since, put together, are what came in all', () => {
  for (let i = 0; i < 2_000; i++) {
    const points = draw(2 + (i % 12))
    const cut = 1 + Math.floor(Math.random() * (points.length - 1))
    const since = added(points.slice(cut))
    addBefore(since, added(points.slice(0, cut)))
    assert.deepEqual(since, sorted(points), `${JSON.stringify(points)} cut at ${cut}`)
  }
})

test('a sum beyond every number stays at the greatest one', () => {
  const most = Number.MAX_VALUE
  assert.equal(
    added([
      [0, most],
      [1, most],
    ]).sum,
    most,
  )
  assert.equal(
    added([
      [0, -most],
      [1, -most],
    ]).sum,
    -most,
  )
  const since = added([[1, most]])
  addBefore(since, added([[0, most]]))
  assert.equal(since.sum, most)
})
