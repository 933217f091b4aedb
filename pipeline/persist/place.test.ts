import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from './place.ts'
import { Stop } from './stop.ts'

const print = Buffer.alloc(32)

function place(
  nextOffset: number,
  published: number,
  low: number,
  high: number,
  fingerprint: Buffer | null = print,
) {
  const cursor = { partition: 3, nextOffset, published, publishedReceived: 0, fingerprint }
  try {
    const { start, verified } = placeOf(cursor, { partition: 3, low, high })
    return `${start} ${verified ? 'known' : 'to compare'}`
  } catch (error) {
    return (error as Stop).code
  }
}

test('reading begins where it can be told that the log is the same, and stops where it can’t be read', () => {
  const table: [next: number, published: number, low: number, high: number, answer: string][] = [
    [10, 10, 0, 20, '9 to compare'], // the record before the next one tells
    [10, 4, 0, 20, '4 to compare'], // published again on the way
    [10, 10, 10, 20, '10 known'], // everything before is gone, nothing that is due
    [10, 10, 10, 10, '10 known'],
    [10, 10, 9, 20, '9 to compare'],
    [10, 4, 5, 20, 'LOG_START'],
    [10, 10, 11, 20, 'LOG_START'],
    [10, 10, 0, 9, 'LOG_END'], // made anew, or cut off
    [10, 10, 0, 0, 'LOG_END'],
  ]
  for (const [next, published, low, high, answer] of table) {
    assert.equal(place(next, published, low, high), answer, `${next} ${published} in ${low}..${high}`)
  }
  assert.equal(place(0, 0, 0, 5, null), '0 known')
  assert.match(new Stop('LOG_END', 3, 'x').message, /partition 3/)
})
