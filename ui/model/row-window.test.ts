import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowWindow, scrollInto } from './row-window.ts'

test('a thousand rows draw only those in sight and a few beyond', () => {
  const seen: number[] = []
  for (let top = 0; top <= 40_000 - 600; top += 40) {
    const { first, last } = rowWindow(top, 600, 40, 1000)
    assert.ok(first <= top / 40 && last >= (top + 600) / 40, `everything in sight at ${top}`)
    seen.push(last - first)
  }
  assert.ok(Math.max(...seen) <= 32)
})

test('the ends of the list are the ends of the window', () => {
  assert.deepEqual(rowWindow(0, 600, 40, 3), { first: 0, last: 3 })
  assert.deepEqual(rowWindow(0, 600, 40, 0), { first: 0, last: 0 })
})

test('a list that has become shorter than what is scrolled to shows its end', () => {
  assert.deepEqual(rowWindow(39_000, 600, 40, 10), { first: 0, last: 10 })
  assert.deepEqual(rowWindow(39_000, 600, 40, 100), { first: 77, last: 100 })
})

test('a row is scrolled to by as little as it takes', () => {
  assert.equal(scrollInto(5, 400, 200, 40), 200)
  assert.equal(scrollInto(12, 400, 200, 40), 400)
  assert.equal(scrollInto(20, 400, 200, 40), 640)
})
