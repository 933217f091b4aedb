import assert from 'node:assert/strict'
import { test } from 'node:test'
import { troubleOf } from './trouble.ts'

test('a refusal says what the server said, and that nothing happens by itself', () => {
  const stream = { kind: 'denied', status: 403, reason: 'Not from here. Make another token.' } as const
  assert.deepEqual(troubleOf(stream), {
    what: 'Not from here. Make another token.',
    next: 'Load the page again once that is done.',
  })
})

test('an outage says why, and better where the reason is known here', () => {
  const stream = { kind: 'waiting', reason: 'The server cannot be reached.', retryInMs: 500 } as const
  assert.equal(troubleOf(stream)?.what, 'The server cannot be reached.')
  assert.equal(
    troubleOf(stream, 'The policy of this page forbids it.')?.what,
    'The policy of this page forbids it.',
  )
  assert.match(troubleOf(stream)?.next ?? '', /tried again/)
})

test('what works, or has just begun, is no trouble', () => {
  assert.equal(troubleOf({ kind: 'open' }, 'of before'), undefined)
  assert.equal(troubleOf({ kind: 'connecting' }), undefined)
})

test('a stream too many is told with what frees its place', () => {
  const trouble = troubleOf({ kind: 'crowded', most: 4 })
  assert.match(trouble?.what ?? '', /^4 live streams/)
  assert.match(trouble?.next ?? '', /closed/)
})
