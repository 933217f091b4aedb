import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Budget, Row, Unit } from '../line.ts'
import { compare } from './baseline.ts'
import { formatRatio, isMet, ratioOf, summary } from './format.ts'

function rowOf(unit: Unit, rounds: number[], ceiling?: number[], budget?: Budget): Row {
  return {
    id: 'row',
    title: 'row',
    unit,
    rounds,
    budget,
    ceiling: ceiling && { what: 'alone', rounds: ceiling },
  }
}

test('a budget is kept by the median, by the worst round or by the ratio, as it says', () => {
  assert.equal(isMet(rowOf('ms', [9, 10, 30], undefined, { most: 10 })), true)
  assert.equal(isMet(rowOf('ms', [9, 11, 30], undefined, { most: 10 })), false)
  assert.equal(isMet(rowOf('s', [1, 1, 3], undefined, { most: 2, of: 'worst' })), false)
  assert.equal(isMet(rowOf('points/s', [60, 70], [100, 100], { least: 0.6, of: 'ratio' })), true)
  assert.equal(isMet(rowOf('points/s', [50, 60], [100, 100], { least: 0.6, of: 'ratio' })), false)
  assert.equal(isMet(rowOf('ms', [9])), undefined)
})

test('a ratio is taken round by round: a machine that slows down slows both', () => {
  assert.deepEqual(ratioOf(rowOf('ms', [20, 40], [10, 20])), { median: 2, min: 2, max: 2 })
  assert.equal(ratioOf(rowOf('ms', [30, 30, 30], [10]))?.median, 3)
})

test('a share just below its budget does not read as if it were met', () => {
  assert.equal(formatRatio(0.497, 'points/s'), '49.7 %')
})

test('a ceiling of zero gives no ratio', () => {
  assert.equal(ratioOf(rowOf('%', [1], [0])), undefined)
})

test('a missed budget stands out in the terminal', () => {
  const row = rowOf('ms', [30], [10], { most: 10 })
  assert.equal(summary(row), '30.0 ms (30.0 – 30.0), 3.00 × of its ceiling, ≤ 10 ms: MISSED')
})

test('a change counts only when the rounds of both runs lie apart', () => {
  const spread = (min: number, median: number, max: number) => ({ min, median, max })
  const baseline = (measured: ReturnType<typeof spread>, ratio?: ReturnType<typeof spread>) => ({
    saved: '',
    commit: '',
    machine: { cpu: '', cores: 2, memoryGB: 8, kernel: '', node: '' },
    rows: { row: { measured, ratio } },
  })
  assert.equal(compare(rowOf('ms', [10, 12]), baseline(spread(11, 13, 15))), 'same')
  assert.equal(compare(rowOf('ms', [10, 10]), baseline(spread(20, 20, 20))), 'better by 50 %')
  assert.equal(compare(rowOf('points/s', [10, 10]), baseline(spread(20, 20, 20))), 'worse by 50 %')
  // Half as fast on a machine that is half as fast.
  assert.equal(compare(rowOf('ms', [20], [10]), baseline(spread(10, 10, 10), spread(2, 2, 2))), 'same')
  // Spreads that don't meet, and nothing to tell in whole percents.
  assert.equal(compare(rowOf('ms', [1_000]), baseline(spread(1_001, 1_001, 1_001))), 'same')
  assert.equal(compare(rowOf('ms', [20]), undefined), 'new')
})
