import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trendPath } from './trend-path.ts'

const { NaN: none } = Number

test('a line leads from value to value and ends in a dot', () => {
  const path = trendPath([0, 100, 50], 'cpu.percent')
  assert.deepEqual(path, { line: 'M0.0 23.0L58.5 3.0L117.0 13.0', dot: 'M117.0 13.0h0' })
})

test('one or two lost values are no gap, more are', () => {
  const strokes = (values: number[]) => trendPath(values, 'cpu.percent').line.replace(/[\d. ]/g, '')
  assert.equal(strokes([1, none, none, 1, 1]), 'MLL')
  assert.equal(strokes([1, none, none, none, 1]), 'MM')
})

test('a line that has ended has no dot, and nothing is nothing', () => {
  assert.equal(trendPath([1, 2, none, none, none], 'cpu').dot, '')
  assert.notEqual(trendPath([1, 2, none, none], 'cpu').dot, '')
  assert.deepEqual(trendPath([none, none], 'cpu'), { line: '', dot: '' })
})
