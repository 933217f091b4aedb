import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertList, filterQuery } from './alert-list.ts'
import { transition } from './alert-samples.ts'

const ids = (list: AlertList) => list.items.map(({ id }) => id)

test('pages and what is heard meanwhile are one list, the latest first, each once', () => {
  const list = new AlertList({})
  list.begin([transition('5@5 P>F'), transition('4@4 O>P')], 'cursor')
  list.hear(transition('6@6 F>O'))
  list.more([transition('4@4 O>P'), transition('3@3 P>O')], null)
  assert.deepEqual(ids(list), [6, 5, 4, 3])
  assert.equal(list.next, null)
})

test('only what matches the filter is taken from the stream', () => {
  const list = new AlertList({ state: 'FIRING', agent: 'web-1', rule: 1, metric: 'cpu.usage' })
  list.hear(transition('1@1 P>F web-1'))
  list.hear(transition('2@2 P>F web-2'))
  list.hear(transition('3@3 F>O web-1'))
  list.hear(transition('4@4 P>F web-1', { rule_id: 2 }))
  list.hear(transition('5@5 P>F web-1', { series: ['disk', 'web-1', {}] }))
  assert.deepEqual(ids(list), [1])
})

test('a first page that does not reach what was read before begins anew', () => {
  const list = new AlertList({})
  list.begin([transition('2@2 P>F'), transition('1@1 O>P')], null)
  list.begin([transition('9@9 P>F'), transition('8@8 O>P')], 'older')
  assert.deepEqual([ids(list), list.next], [[9, 8], 'older'])
})

test('a first page that does, keeps the pages after it', () => {
  const list = new AlertList({})
  list.begin([transition('5@5 P>F')], 'a')
  list.more([transition('4@4 O>P')], null)
  list.begin([transition('6@6 F>O'), transition('5@5 P>F')], 'b')
  assert.deepEqual([ids(list), list.next], [[6, 5, 4], null])
})

test('a filter is asked for as the list takes it', () => {
  assert.deepEqual(filterQuery({ state: 'NO_DATA', rule: 7, agent: 'web-1' }), {
    state: 'NO_DATA',
    rule: '7',
    agent: 'web-1',
  })
  assert.deepEqual(filterQuery({}), {})
})
