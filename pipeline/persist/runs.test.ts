import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordOf } from './fixture.ts'
import { chunks } from './publish.ts'
import { runsOf } from './runs.ts'

const sizes = (runs: { value: unknown }[][]) => runs.map((run) => run.length)

test('a run has at most its number of records and its bytes, and keeps their order', () => {
  const records = Array.from({ length: 260 }, (_, i) => recordOf('x'.repeat(10), i))
  assert.deepEqual(sizes(runsOf(records)), [128, 128, 4])
  const large = Array.from({ length: 5 }, (_, i) => recordOf('x'.repeat(400_000), i))
  assert.deepEqual(sizes(runsOf(large)), [2, 2, 1])
  assert.deepEqual(sizes(runsOf(records.slice(0, 5), { records: 16, bytes: 25 })), [2, 2, 1])
  assert.deepEqual(sizes(runsOf([recordOf('x'.repeat(99))], { records: 16, bytes: 25 })), [1])
  assert.deepEqual(
    runsOf(records)
      .flat()
      .map(({ offset }) => offset),
    [...records.keys()],
  )
  assert.deepEqual(runsOf([]), [])
})

test('a request to the log stays below its limit as a whole', () => {
  const record = { key: 'a', value: Buffer.alloc(400 * 1024) }
  assert.deepEqual(sizes(chunks([record, record, record, record, record])), [2, 2, 1])
  assert.deepEqual(sizes(chunks([])), [])
  // Text is counted in bytes, too: these have three for each character.
  const text = { key: 'a', value: '漢'.repeat(200 * 1024) }
  assert.deepEqual(sizes(chunks([text, text])), [1, 1])
})
