import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf, entryOf } from './fixture.ts'
import { ReplayRing } from './ring.ts'

const roomy = { keepMs: 60_000, tenantBytes: 1e9, totalBytes: 1e9 }

function ringOf(limits = roomy): ReplayRing {
  const ring = new ReplayRing(limits)
  ring.anchor(3, 9)
  return ring
}

function put(ring: ReplayRing, tenant: string, ...sources: number[]): void {
  for (const src of sources) ring.add(tenant, entryOf(batchOf(tenant, src), src))
}

function held(ring: ReplayRing, tenant: string, above = 0): number[] {
  return [...ring.after(3, tenant, above)].map(({ src }) => src)
}

test('a record is the next one, one seen before, or one after a hole', () => {
  const ring = ringOf()
  assert.equal(ring.place(3, 9), 'seen')
  assert.equal(ring.place(3, 10), 'next')
  assert.equal(ring.place(3, 11), 'hole')
  ring.skip(3, 10)
  assert.equal(ring.place(3, 11), 'next')
})

test('entries above a place come in order, of one tenant only', () => {
  const ring = ringOf()
  put(ring, 'a', 10, 12, 14)
  put(ring, 'b', 15)
  assert.deepEqual(held(ring, 'a'), [10, 12, 14])
  assert.deepEqual(held(ring, 'a', 11), [12, 14])
  assert.deepEqual(held(ring, 'a', 14), [])
  assert.deepEqual(held(ring, 'b'), [15])
  assert.equal(ring.head(3), 15)
})

test('the bytes behind a place are those of the entries above it', () => {
  const ring = ringOf()
  put(ring, 'a', 10, 11, 12)
  const each = entryOf(batchOf('a', 10), 10).frame.length
  assert.equal(ring.bytesAfter(3, 'a', 9), 3 * each)
  assert.equal(ring.bytesAfter(3, 'a', 11), each)
  assert.equal(ring.bytesAfter(3, 'a', 12), 0)
  assert.equal(ring.bytesAfter(3, 'nobody', 0), 0)
})

test('a tenant over its bytes gives up its oldest entries and its floor rises to the last of them', () => {
  const each = entryOf(batchOf('a', 10), 10).frame.length
  const ring = ringOf({ ...roomy, tenantBytes: 2 * each })
  put(ring, 'a', 10, 11, 12, 13)
  assert.deepEqual(held(ring, 'a'), [12, 13])
  assert.equal(ring.floor(3, 'a'), 11)
  assert.equal(ring.bytes, 2 * each)
})

test('a process over its bytes takes from the tenant that holds most', () => {
  const each = entryOf(batchOf('a', 10), 10).frame.length
  const ring = ringOf({ ...roomy, totalBytes: 3 * each })
  put(ring, 's', 10)
  put(ring, 'l', 11, 12)
  put(ring, 'n', 13)
  assert.deepEqual(held(ring, 's'), [10])
  assert.deepEqual(held(ring, 'l'), [12])
  assert.deepEqual(held(ring, 'n'), [13])
  assert.equal(ring.floor(3, 'l'), 11)
  assert.equal(ring.floor(3, 's'), 9)
})

test('what is older than a minute goes, and a silent tenant leaves its floor behind', () => {
  const ring = ringOf()
  put(ring, 'a', 10, 11)
  ring.sweep(1_010 + 60_001)
  assert.deepEqual(held(ring, 'a'), [11])
  assert.equal(ring.floor(3, 'a'), 10)
  ring.sweep(1_011 + 60_001)
  assert.equal(ring.floor(3, 'a'), 11)
  assert.equal(ring.floor(3, 'someone new'), 11)
  assert.equal(ring.bytes, 0)
})

test('anchoring anew forgets a partition and no other', () => {
  const ring = ringOf()
  ring.anchor(4, 0)
  put(ring, 'a', 10)
  ring.add('z', entryOf(batchOf('z', 1), 1, 4))
  ring.anchor(3, 99)
  assert.deepEqual(held(ring, 'a'), [])
  assert.equal(ring.floor(3, 'a'), 99)
  assert.equal(ring.head(4), 1)
  assert.equal(ring.bytes, entryOf(batchOf('z', 1), 1, 4).frame.length)
})

test('ten thousand entries in and out stay in order', () => {
  const each = entryOf(batchOf('a', 10_000), 10_000).frame.length
  const ring = ringOf({ ...roomy, tenantBytes: 100 * each })
  for (let src = 10_000; src < 20_000; src++) put(ring, 'a', src)
  assert.deepEqual(
    held(ring, 'a', 19_950),
    Array.from({ length: 49 }, (_, i) => 19_951 + i),
  )
  assert.equal(held(ring, 'a').length, 100)
  assert.equal(ring.bytesAfter(3, 'a', 19_950), 49 * each)
})
