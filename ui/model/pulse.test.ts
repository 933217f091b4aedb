import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pulse } from './pulse.ts'

test('the oldest of what is painted together says how long it took', () => {
  const pulse = new Pulse()
  assert.ok(Number.isNaN(pulse.lagMs))
  pulse.arrived(1000, true)
  pulse.arrived(1030, true)
  assert.equal(pulse.painted(1042), 42)
  assert.equal(pulse.lagMs, 42)
  assert.equal(pulse.lastReceived, 1030)
})

test('a frame without news measures nothing', () => {
  const pulse = new Pulse()
  pulse.arrived(1000, true)
  pulse.painted(1010)
  assert.equal(pulse.painted(9000), undefined)
  assert.equal(pulse.lagMs, 10)
})

test('what nobody could see has no lag', () => {
  const pulse = new Pulse()
  pulse.arrived(1000, false)
  assert.equal(pulse.painted(9000), undefined)
  pulse.arrived(2000, true)
  pulse.forget()
  assert.equal(pulse.painted(9000), undefined)
  assert.equal(pulse.lastReceived, 2000)
})

test('a server clock that seems ahead is no negative time', () => {
  const pulse = new Pulse()
  pulse.arrived(1000, true)
  assert.equal(pulse.painted(998), 0)
})
