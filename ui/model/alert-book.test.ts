import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertBook } from './alert-book.ts'
import { transition } from './alert-samples.ts'

const firingIds = (book: AlertBook) => book.firing?.map(({ id }) => id)

test('who fires is the list that was read, changed by what the stream tells', () => {
  const book = new AlertBook()
  assert.equal(book.firing, undefined)
  book.replaceFiring([transition('1@100 P>F web-1')])
  book.hear(transition('2@200 O>F web-2'))
  assert.deepEqual(firingIds(book), [2, 1])
  book.hear(transition('3@300 F>O web-1'))
  assert.deepEqual(firingIds(book), [2])
  book.hear(transition('4@400 F>N web-2'))
  assert.deepEqual(firingIds(book), [4])
})

test('what is heard while the list is being read is newer than the list', () => {
  const book = new AlertBook()
  book.asked()
  book.hear(transition('2@200 F>O web-1'))
  book.hear(transition('3@200 O>F web-2'))
  book.replaceFiring([transition('1@100 P>F web-1')])
  assert.deepEqual(firingIds(book), [3])
})

test('what the list does not name any more has ended, although nobody heard so', () => {
  const book = new AlertBook()
  book.hear(transition('1@100 O>F web-1'))
  book.asked()
  book.replaceFiring([])
  assert.deepEqual(firingIds(book), [])
})

test('a transition that is told late or twice changes nothing', () => {
  const book = new AlertBook()
  book.replaceFiring([transition('5@500 P>F web-1')])
  book.hear(transition('3@300 F>O web-1'))
  assert.deepEqual(firingIds(book), [5])
  assert.equal(book.hear(transition('3@300 F>O web-1')), false)
})

test('a metric has its own transitions in the order of time, those that fire since long ago included', () => {
  const book = new AlertBook()
  book.replaceFiring([transition('1@100 P>F web-1')])
  book.add([
    transition('4@400 O>P web-2'),
    transition('3@300 O>P web-2', { series: ['disk.used', 'web-2', {}] }),
  ])
  assert.deepEqual(
    book.of('cpu.usage').map(({ id }) => id),
    [1, 4],
  )
  assert.deepEqual(
    book.of('cpu.usage', 'web-2').map(({ id }) => id),
    [4],
  )
})
