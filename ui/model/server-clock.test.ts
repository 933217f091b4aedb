import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerClock } from './server-clock.ts'

test('the quickest round trip decides', () => {
  let local = 1000
  const clock = new ServerClock(() => local)
  local = 1100
  clock.answered(6090, 1000) // slow: says +5040
  assert.equal(clock.now(), 6140)
  local = 1210
  clock.answered(6205, 1200) // quick: says +5000
  assert.equal(clock.now(), 6210)
  local = 1500
  clock.answered(6499, 1300) // slow again: not believed
  assert.equal(clock.now(), 6500)
})

test('no event arrives before it was received', () => {
  let local = 1000
  const clock = new ServerClock(() => local)
  clock.arrived(1040)
  assert.equal(clock.now(), 1040)
  local = 2000
  clock.arrived(1500)
  assert.equal(clock.now(), 2040)
})
