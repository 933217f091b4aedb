import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference, plain, readGuide } from './guide.ts'

const table: [what: string, example: unknown, actual: unknown, words: RegExp | undefined][] = [
  ['the same', { id: 1, code: 'A' }, { id: 2, code: 'A' }, undefined],
  ['another value where it is promised', { code: 'A' }, { code: 'B' }, /\.code: "B" instead of "A"/],
  ['another kind of value', { id: 1 }, { id: '1' }, /\.id: is string, not number/],
  ['a field less', { id: 1, at: 1 }, { id: 1 }, /\.at: is missing/],
  ['a field more', { id: 1 }, { id: 1, at: 1 }, /\.at: is not in the example/],
  ['a field more where there may be', { id: 1, '…': '…' }, { id: 1, at: 1 }, undefined],
  ['any text', { code: '…' }, { code: 'B' }, undefined],
  ['no text', { detail: '…' }, { detail: 1 }, /\.detail/],
  ['an item less', { items: [1, 2] }, { items: [1] }, /\.items: has 1 items, not 2/],
  ['another value of a list', { x: [1, 2] }, { x: [1, 3] }, /\.x\[1\]: 3 instead of 2/],
  ['a longer list where it may be', { x: [1, '…'] }, { x: [3, 4] }, undefined],
  ['nothing where something may be', { x: [1, '…'] }, { x: [] }, /has 0 items/],
  ['an object in place of a list', [1], {}, /is no list/],
  ['a null that is promised', { step_ms: null }, { step_ms: 5 }, /\.step_ms/],
]
for (const [what, example, actual, words] of table) {
  test(`${what} is ${words ? 'a difference' : 'as the example says'}`, () => {
    const found = difference(example, actual)
    if (words) assert.match(found ?? '', words)
    else assert.equal(found, undefined)
  })
}

test('commands come with their answers, what is kept of them, and what a stream hears', () => {
  const page = [
    '```sh\ncurl -N a\n```\nThen\n```sh again\ncurl b\n```\n```json 201\n{"id": 1}\n```',
    'Keep `token` as `$TOKEN` and `id` as `$ID`.\n```events\nevent: points\n```\n```sh\ncurl c\n```\n```json 204\n```\n',
  ].join('\n')
  const [stream, made, last, ...others] = readGuide(page)
  assert.deepEqual([stream.command, stream.answer, others], ['curl -N a', undefined, []])
  assert.deepEqual(made, {
    line: 5,
    command: 'curl b',
    again: true,
    answer: { kind: 'json', status: 201, text: '{"id": 1}' },
    events: 'event: points\n',
    kept: [
      { field: 'token', variable: 'TOKEN' },
      { field: 'id', variable: 'ID' },
    ],
  })
  assert.deepEqual(last.answer, { kind: 'json', status: 204, text: '' })
})

test('what stands for more is no part of an example', () => {
  assert.deepEqual(plain({ a: [1, '…'], '…': '…', b: '…' }), { a: [1], b: '…' })
})
