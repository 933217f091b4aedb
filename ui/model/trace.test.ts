import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Columns } from './columns.ts'
import { trace } from './trace.ts'

/** The path as text: M1 = move to slot 1, L2 = line to slot 2, D5 = dot at slot 5. */
function path(slots: number[], maxDistance = 2, from = 0, to = 99): string {
  const columns = new Columns(1000, 128)
  for (const slot of slots) columns.add(slot * 1000, slot)
  const out: string[] = []
  trace(columns, from, to, maxDistance, {
    move: (slot) => out.push(`M${slot}`),
    line: (slot) => out.push(`L${slot}`),
    dot: (slot) => out.push(`D${slot}`),
  })
  return out.join(' ')
}

test('the line is lifted over gaps and joined over what is no gap', () => {
  assert.equal(path([1, 2, 4, 7, 8]), 'M1 L2 L4 M7 L8')
})

test('a point alone is a dot, wherever it stands', () => {
  assert.equal(path([5]), 'M5 D5')
  assert.equal(path([1, 5, 9, 10]), 'M1 D1 M5 D5 M9 L10')
  assert.equal(path([1, 2, 9]), 'M1 L2 M9 D9')
})

test('nothing outside the walked slots is drawn', () => {
  assert.equal(path([1, 2, 3, 4], 2, 2, 3), 'M2 L3')
  assert.equal(path([]), '')
})
