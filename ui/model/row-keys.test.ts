import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowAfter } from './row-keys.ts'

test('keys go through all rows and stop at the ends', () => {
  const from = (at: number) =>
    ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => rowAfter(key, at, 10, 1000))
  assert.deepEqual(from(500), [499, 501, 490, 510, 0, 999])
  assert.deepEqual(from(0), [0, 1, 0, 10, 0, 999])
  assert.deepEqual(from(999), [998, 999, 989, 999, 0, 999])
})

test('other keys, and any key in an empty list, lead nowhere', () => {
  assert.equal(rowAfter('a', 5, 10, 1000), undefined)
  assert.equal(rowAfter('toString', 5, 10, 1000), undefined)
  assert.equal(rowAfter('End', -1, 10, 0), undefined)
})
