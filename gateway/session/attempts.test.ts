import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Attempts } from './attempts.ts'

test('twenty failed attempts a minute from one address, then a wait until the minute is over', () => {
  const attempts = new Attempts()
  for (let i = 0; i < 20; i++) assert.equal(attempts.note('::1', 1_000 + i), 0)
  assert.equal(attempts.note('::1', 11_000), 50_000)
  assert.equal(attempts.note('::2', 11_000), 0)
  assert.equal(attempts.note('::1', 61_000), 0)
})

test('attempts that succeed are not counted', () => {
  const attempts = new Attempts()
  for (let i = 0; i < 100; i++) {
    assert.equal(attempts.note('::1', i), 0)
    attempts.succeeded('::1')
  }
  for (let i = 0; i < 20; i++) assert.equal(attempts.note('::1', 200), 0)
  assert.ok(attempts.note('::1', 200) > 0)
})
