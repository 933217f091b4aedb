import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventRing } from './event-ring.ts'

const limits = { chars: 1000, keepMs: 60_000 }
const id = (place: string) => ({ id: place, event: 'message', data: null })
const points = (place: string, data = '{}') => ({ id: place, event: 'points', data })
const at = (place: string) => {
  const [partition, offset] = place.split(':').map(Number)
  return { partition, offset }
}
const idsAfter = (ring: EventRing, place: string) => ring.after(at(place))?.map((event) => event.id)

test('what lies above a place that it holds is given, in order', () => {
  const ring = new EventRing(limits)
  for (const event of [id('1:5'), points('1:7'), points('1:9'), id('1:12')]) ring.add(event, 0)
  assert.deepEqual(idsAfter(ring, '1:5'), ['1:7', '1:9'])
  assert.deepEqual(idsAfter(ring, '1:7'), ['1:9'])
  assert.deepEqual(idsAfter(ring, '1:12'), [])
  assert.deepEqual(ring.head, at('1:12'))
})

test('a place below its memory, beyond its head or in another partition is not answered', () => {
  const ring = new EventRing(limits)
  assert.equal(ring.after(at('1:5')), undefined)
  for (const event of [id('1:5'), points('1:7')]) ring.add(event, 0)
  for (const place of ['1:4', '1:8', '2:6']) assert.equal(ring.after(at(place)), undefined, place)
})

test('what is too old or too much is forgotten, and with it the places before', () => {
  const old = new EventRing(limits)
  old.add(id('1:5'), 0)
  old.add(points('1:6'), 0)
  old.add(points('1:7'), 60_001)
  assert.equal(old.after(at('1:5')), undefined)
  assert.deepEqual(idsAfter(old, '1:6'), ['1:7'])
  const large = new EventRing(limits)
  for (const event of [id('1:5'), points('1:6', 'x'.repeat(600)), points('1:7', 'x'.repeat(600))])
    large.add(event, 0)
  assert.equal(large.after(at('1:5')), undefined)
  assert.deepEqual(idsAfter(large, '1:6'), ['1:7'])
})

test('after a resync nothing before it is known', () => {
  const ring = new EventRing(limits)
  for (const event of [id('1:5'), points('1:7')]) ring.add(event, 0)
  ring.add({ id: '1:20', event: 'resync', data: '{}' }, 0)
  assert.equal(ring.after(at('1:7')), undefined)
  assert.deepEqual(idsAfter(ring, '1:20'), [])
})

test('a connection that goes on where it was keeps the memory, one that begins beyond does not', () => {
  const ring = new EventRing(limits)
  for (const event of [id('1:5'), points('1:7')]) ring.add(event, 0)
  ring.reconnecting()
  for (const event of [id('1:7'), points('1:8')]) ring.add(event, 0)
  assert.deepEqual(idsAfter(ring, '1:5'), ['1:7', '1:8'])
  ring.reconnecting()
  ring.add(id('1:30'), 0)
  assert.equal(ring.after(at('1:8')), undefined)
  assert.deepEqual(idsAfter(ring, '1:30'), [])
})

test('events without a place are not kept: they are read from their lists', () => {
  const ring = new EventRing(limits)
  ring.add(id('1:5'), 0)
  ring.add({ id: undefined, event: 'alert', data: '{}' }, 0)
  assert.deepEqual(ring.after(at('1:5')), [])
})
