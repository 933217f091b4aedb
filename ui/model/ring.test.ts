import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PointRing } from './ring.ts'

const list = (ring: PointRing) => Array.from({ length: ring.size }, (_, i) => [ring.time(i), ring.value(i)])

test('the newest points are kept when the ring is full', () => {
  const ring = new PointRing(300)
  for (let i = 0; i < 1000; i++) ring.add(i, -i)
  assert.equal(ring.size, 300)
  assert.deepEqual(list(ring)[0], [700, -700])
  assert.deepEqual(list(ring)[299], [999, -999])
})

test('a late point takes its place in time, also across the seam of the ring', () => {
  const ring = new PointRing(4)
  for (const t of [1, 2, 3, 4, 6, 7]) ring.add(t, t)
  ring.add(5, 5)
  assert.deepEqual(
    list(ring).map(([t]) => t),
    [4, 5, 6, 7].slice(-4),
  )
})

test('two points of the same millisecond both stay, in order of arrival', () => {
  const ring = new PointRing()
  ring.add(5, 1)
  ring.add(5, 2)
  ring.add(4, 0)
  assert.deepEqual(list(ring), [
    [4, 0],
    [5, 1],
    [5, 2],
  ])
})

test('the past or the future of a moment can be forgotten', () => {
  const ring = new PointRing(8)
  for (let t = 0; t < 12; t++) ring.add(t, t)
  ring.dropBefore(6)
  ring.dropFrom(9)
  assert.deepEqual(
    list(ring).map(([t]) => t),
    [6, 7, 8],
  )
  assert.equal(ring.from(7), 1)
  assert.equal(ring.from(99), 3)
})
