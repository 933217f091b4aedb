import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendGroups } from './records.ts'

const requestBytes = 1024 * 1024

test('an append stays below 1 MiB on the wire, whatever its records are made of', () => {
  const small = { key: 'a'.repeat(63), value: Buffer.alloc(450) }
  const wide = { key: null, value: 'ü'.repeat(100_000) }
  const headed = { key: null, value: '', headers: { topic: 'ü'.repeat(30_000) } }
  for (const record of [small, wide, headed]) {
    const { key, value, headers } = record as typeof headed
    // Every record has at least 8 bytes beside what is counted here.
    const size = 8 + Buffer.byteLength(`${key ?? ''}${value}${headers?.topic ?? ''}`)
    const groups = [...appendGroups(Array(3_000).fill(record))]
    assert.equal(groups.flat().length, 3_000)
    for (const group of groups) assert.ok(group.length * size < requestBytes, `${group.length} of ${size}`)
  }
})
