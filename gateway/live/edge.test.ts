import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Edge } from './edge.ts'

const deaf = { edgeSince: Number.POSITIVE_INFINITY, edgeUntil: Number.NEGATIVE_INFINITY }

test('without a bridge, or with one that hears nothing, the broker is not heard', () => {
  const edge = new Edge()
  assert.deepEqual(edge.sight(0), deaf)
  edge.note({ bridge: 'a', since: null }, 0)
  assert.deepEqual(edge.sight(0), deaf)
})

test('the broker is heard up to the last beat, and no longer when beats have ended', () => {
  const edge = new Edge()
  edge.note({ bridge: 'a', since: 100 }, 5_000)
  assert.deepEqual(edge.sight(6_000), { edgeSince: 100, edgeUntil: 5_000 })
  assert.deepEqual(edge.sight(8_001), deaf)
})

test('of several bridges the last to begin and the least heard count', () => {
  const edge = new Edge()
  edge.note({ bridge: 'a', since: 100 }, 5_000)
  edge.note({ bridge: 'b', since: 4_000 }, 5_400)
  edge.note({ bridge: 'c', since: 200 }, 5_400)
  assert.deepEqual(edge.sight(5_500), { edgeSince: 4_000, edgeUntil: 5_000 })
  edge.note({ bridge: 'b', since: null }, 5_600)
  assert.deepEqual(edge.sight(5_600), deaf)
})

test('a bridge is new once, and again after it was gone', () => {
  const edge = new Edge()
  const beat = { bridge: 'a', since: 100 }
  assert.deepEqual([edge.note(beat, 0), edge.note(beat, 500), edge.note(beat, 9_000)], [true, false, true])
})
