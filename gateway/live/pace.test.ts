import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Paces } from './pace.ts'

const start = 1_790_000_000_000

test('the rate is the average of the last ten full seconds', () => {
  const paces = new Paces()
  for (let second = 0; second < 20; second++) {
    paces.note('a', start + second * 1000 + 500, 30, start + second * 1000 + 510, true)
  }
  assert.equal(paces.of('a', start + 20_000).pointsPerSecond, 30)
  assert.equal(paces.of('a', start + 25_000).pointsPerSecond, 15)
  assert.equal(paces.of('a', start + 60_000).pointsPerSecond, 0)
  assert.equal(paces.of('b', start).pointsPerSecond, 0)
})

test('points count for the second in which they were accepted, however late they arrive', () => {
  const paces = new Paces()
  paces.note('a', start + 1_000, 100, start + 9_000, true)
  paces.note('a', start + 70_000, 1, start + 70_000, true)
  paces.note('a', start + 6_000, 1_000, start + 70_000, false)
  assert.equal(paces.of('a', start + 10_000).pointsPerSecond, 10)
  assert.equal(paces.of('a', start + 71_000).pointsPerSecond, 0.1)
})

test('lag is what passed between acceptance and arrival, of the last minute only', () => {
  const paces = new Paces()
  assert.equal(paces.of('a', start).lagP50Ms, null)
  for (let i = 1; i <= 100; i++) paces.note('a', start, 1, start + i, true)
  assert.equal(paces.of('a', start + 200).lagP50Ms, 50)
  assert.equal(paces.of('a', start + 200).lagP95Ms, 95)
  assert.equal(paces.of('a', start + 61_000).lagP95Ms, null)
})

test('records of the past that fill the ring say nothing about lag', () => {
  const paces = new Paces()
  paces.note('a', start - 50_000, 5, start, false)
  assert.equal(paces.of('a', start).lagP50Ms, null)
})

test('a server clock that is ahead of ours reads as no lag', () => {
  const paces = new Paces()
  paces.note('a', start + 40, 1, start, true)
  assert.equal(paces.of('a', start).lagP50Ms, 0)
})
