import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Columns } from './columns.ts'

test('a slot knows the mean, least and greatest of its points', () => {
  const columns = new Columns(500, 8)
  for (const [t, x] of [
    [1000, 3],
    [1100, 9],
    [1499, 6],
    [1500, 1],
  ])
    columns.add(t, x)
  assert.deepEqual([columns.count(2), columns.mean(2), columns.min(2), columns.max(2)], [3, 6, 3, 9])
  assert.deepEqual([columns.count(3), columns.mean(3)], [1, 1])
})

test('a slot without a point is empty, not zero', () => {
  const columns = new Columns(500, 8)
  columns.add(1000, 0)
  assert.equal(columns.count(3), 0)
  assert.ok(Number.isNaN(columns.mean(3)))
})

test('a slot that has left the window does not show through when its cell is used again', () => {
  const columns = new Columns(1000, 4)
  columns.add(1000, 7)
  columns.add(5000, 8)
  assert.equal(columns.count(1), 0)
  assert.equal(columns.mean(5), 8)
  columns.add(1000, 9)
  assert.equal(columns.mean(5), 8)
})

test('huge values do not overflow into infinity', () => {
  const columns = new Columns(1000, 4)
  columns.add(0, Number.MAX_VALUE)
  columns.add(1, Number.MAX_VALUE)
  assert.equal(columns.mean(0), Number.MAX_VALUE)
})
