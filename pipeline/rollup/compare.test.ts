import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WindowRow } from '@streamgauge/adapters/mariadb/rollup.ts'
import { positionOf } from '@streamgauge/core/position.ts'
import { compare } from './compare.ts'

const points = [
  { ts: 300_000, position: positionOf(7, 0), value: 0.1 },
  { ts: 300_000, position: positionOf(7, 1), value: 0.2 },
  { ts: 360_000, position: positionOf(6, 0), value: 0.3 },
]
const row = (
  start: number,
  count: number,
  sum: number,
  min: number,
  max: number,
  lastTs: number,
): WindowRow => ({
  ...{ series: 1, start, count, sum, min, max, first: min, firstTs: start, last: max, lastTs },
})
const right = {
  '1m': [row(300_000, 2, 0.1 + 0.2, 0.1, 0.2, 300_000), row(360_000, 1, 0.3, 0.3, 0.3, 360_000)],
  '5m': [row(300_000, 3, 0.6, 0.1, 0.3, 360_000)],
}
const view = { points, windows: right, nextSrc: 8, since: 0 }

test('rows that are what the points give are counted, whatever the order of adding up', () => {
  assert.deepEqual(compare(view), { windows: 3, mismatches: [] })
})

test('each way to differ is named', () => {
  const [minute, other] = right['1m']
  const flaws: [Partial<WindowRow>, RegExp][] = [
    [{ count: 3 }, /at 300000 counts 3 and has 2 points/],
    [{ sum: 0.3001 }, /has sum 0.3001/],
    [{ min: 0.2 }, /has min 0.2 instead of 0.1/],
    [{ max: 0.1 }, /has max 0.1/],
    [{ first: 0.2 }, /has first 0.2/],
    [{ last: 0.1 }, /has last 0.1/],
    [{ lastTs: 1 }, /has lastTs 1/],
    [{ start: 420_000 }, /at 420000 counts 2 and has 0 points/],
  ]
  for (const [flaw, named] of flaws) {
    const windows = { ...right, '1m': [{ ...minute, ...flaw }, other] }
    assert.match(compare({ ...view, windows })?.mismatches[0] ?? '', named)
  }
  const missing = compare({ ...view, windows: { ...right, '1m': [minute] } })
  assert.deepEqual(missing?.mismatches, ['the window of 1m at 360000 is missing and has 1 points'])
})

test('points that rollup has not come to are not missed, and windows from before its time are left out', () => {
  const ahead = { ts: 300_001, position: positionOf(8, 0), value: 9 }
  assert.deepEqual(compare({ ...view, points: [...points, ahead] })?.mismatches, [])
  assert.equal(compare({ ...view, since: 7 }), undefined)
})
