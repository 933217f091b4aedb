import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Waiting } from './waiting.ts'

function filled(...sizes: number[]): Waiting {
  const waiting = new Waiting()
  sizes.forEach((bytes, i) => {
    waiting.push({ json: String(i), bytes })
  })
  return waiting
}
const names = (lines: readonly { json: string }[]) => lines.map(({ json }) => json).join(' ')

test('requests are cut by points and by bytes, oldest first', () => {
  const table: [sizes: number[], points: number, bytes: number, taken: string, first: number][] = [
    [[1, 1, 1], 2, 100, '0 1', 2],
    [[4, 4, 4], 9, 10, '0 1', 2],
    [[4, 4, 4], 9, 12, '0 1 2', 3],
    [[50, 1], 9, 10, '0', 1],
    [[], 9, 10, '', 0],
  ]
  for (const [sizes, points, bytes, taken, first] of table) {
    const waiting = filled(...sizes)
    assert.equal(names(waiting.take(points, bytes)), taken)
    assert.deepEqual([waiting.first, waiting.count], [first, sizes.length - first])
  }
  assert.equal(names(filled(50, 1).take(9, 10, false)), '')
})

test('what is too much is shed from the oldest, and counted', () => {
  const table: [sizes: number[], points: number, bytes: number, shed: number, left: string][] = [
    [[1, 1, 1], 3, 3, 0, '0 1 2'],
    [[1, 1, 1], 2, 9, 1, '1 2'],
    [[5, 1, 1], 9, 2, 1, '1 2'],
    [[1, 1, 9], 9, 2, 3, ''],
  ]
  for (const [sizes, points, bytes, shed, left] of table) {
    const waiting = filled(...sizes)
    assert.equal(waiting.shed(points, bytes), shed)
    assert.equal(waiting.first, shed)
    assert.equal(names(waiting.take(99, 999)), left)
    assert.equal(waiting.bytes, 0)
  }
})
