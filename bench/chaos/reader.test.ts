import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeStream, type Reading } from './reader.ts'

/** Two points in each of the records 1 to 9. */
const rows = Array.from({ length: 18 }, (_, i) => ({ offset: 1 + (i >> 1), value: 10 + i }))

function reading(values: readonly number[], more: Partial<Reading> = {}): Reading {
  const times = new Map<number, number>()
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
  return { from: 0, gaps: [], values: times, reconnects: 0, statuses: new Map([[200, 1]]), ...more }
}

function lostAndDoubled(read: Reading): number[] {
  const { lost, doubled } = judgeStream(read, rows)
  return [lost, doubled]
}

const all = rows.map(({ value }) => value)
/** Records 3 to 5, of each of which the first point is of the metric whose history is read. */
const gap = { after: 2, upTo: 5 }
const outside = all.filter((value) => value < 14 || value > 19)

test('a stream that brings everything after its first id once is without a flaw', () => {
  assert.deepEqual(lostAndDoubled(reading(all)), [0, 0])
  assert.deepEqual(lostAndDoubled(reading(all.slice(4), { from: 2 })), [0, 0])
  assert.deepEqual(lostAndDoubled(reading([...all, 11])), [0, 1])
})

test('a stream that stands still has lost what came after it, one that never opened has lost all', () => {
  assert.deepEqual(lostAndDoubled(reading(all.slice(0, 3))), [15, 0])
  assert.deepEqual(lostAndDoubled(reading([], { from: undefined })), [18, 0])
})

test('what a gap leaves out must have been in the history, record by record', () => {
  const told = (...values: number[]) => reading(outside, { gaps: [{ ...gap, values: new Set(values) }] })
  assert.deepEqual(lostAndDoubled(told(14, 16, 18)), [0, 0])
  assert.deepEqual(lostAndDoubled(told(14, 16)), [2, 0])
  assert.deepEqual(lostAndDoubled(told()), [6, 0])
  assert.deepEqual(lostAndDoubled(told(12, 14, 16, 18, 20)), [0, 0])
})

test('a gap excuses nothing outside of it', () => {
  const values = new Set(all)
  assert.deepEqual(lostAndDoubled(reading(outside.slice(0, -2), { gaps: [{ ...gap, values }] })), [2, 0])
})
