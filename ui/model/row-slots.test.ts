import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowSlots } from './row-slots.ts'

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `agent-${from + i}`)

test('a row that stays in sight keeps its number, one that comes takes that of one that left', () => {
  const slots = new RowSlots()
  assert.deepEqual(slots.assign(rows(0, 4)), [0, 1, 2, 3])
  assert.deepEqual(slots.assign(rows(2, 6)), [2, 3, 0, 1])
  assert.deepEqual(slots.assign(['agent-3', ...rows(100, 103)]), [3, 0, 1, 2])
})

test('scrolling through a thousand rows never needs more numbers than there are rows in sight', () => {
  const slots = new RowSlots()
  const used = new Set<number>()
  for (let from = 0; from < 970; from += 7) {
    const now = slots.assign(rows(from, from + 30))
    assert.equal(new Set(now).size, 30, 'no two rows share one')
    for (const slot of now) used.add(slot)
  }
  assert.equal(used.size, 30)
})
