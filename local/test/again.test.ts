import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsAfter, filesToRepeat } from './again.ts'

const ended = (file: string, failed: number) => ({
  file,
  passed: failed === 0,
  seconds: 1,
  counts: { passed: 5, failed, skipped: 0 },
})

test('the few files that failed are tried again, many are not', () => {
  const one = [ended('a', 0), ended('b', 2), ended('c', 0)]
  assert.deepEqual(filesToRepeat(one), ['b'])
  assert.deepEqual(filesToRepeat([ended('a', 0)]), [])
  assert.deepEqual(filesToRepeat(['a', 'b', 'c', 'd'].map((file) => ended(file, 1))), [])
})

test('what passed at once counts, and of the rest the second try', () => {
  const all = [ended('a', 0), ended('b', 2), ended('c', 0)]
  assert.deepEqual(countsAfter(all, { passed: 7, failed: 0, skipped: 0 }), {
    passed: 17,
    failed: 0,
    skipped: 0,
  })
  assert.deepEqual(countsAfter(all, { passed: 6, failed: 1, skipped: 0 }), {
    passed: 16,
    failed: 1,
    skipped: 0,
  })
})
