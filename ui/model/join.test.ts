import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@streamgauge/core/batch.ts'
import { everything, Join } from './join.ts'

/** A line as the list of its event times; every event here holds points of one series. */
class Line {
  times: number[] = []
  append(batch: Batch, fromMs: number): number {
    return this.times.push(...batch.t.filter((t) => t >= fromMs))
  }
  replace(batch: Batch, fromMs: number): void {
    this.times = [...this.times.filter((t) => t < fromMs), ...batch.t]
  }
  get sorted(): number[] {
    return this.times.toSorted((a, b) => a - b)
  }
}

const batch = (...t: number[]): Batch => ({
  v: 1,
  tenant: 'a',
  received: 0,
  series: [['m', null, {}]],
  s: t.map(() => 0),
  t,
  x: t,
})
const at = (offset: number) => ({ partition: 3, offset })

test('events at or below as_of are dropped, the rest is kept: no slot missing, none twice', () => {
  // the history may have been read at any moment while events 11 … 14 came in
  for (let asOf = 10; asOf <= 14; asOf++) {
    const line = new Line()
    const join = new Join(line)
    join.asked()
    for (const n of [11, 12, 13, 14]) join.live(at(n), batch(n))
    const stored = Array.from({ length: asOf }, (_, i) => i + 1)
    assert.equal(join.answered(batch(...stored), at(asOf), everything, at(10)), 'joined')
    join.live(at(15), batch(15))
    assert.deepEqual(
      line.sorted,
      Array.from({ length: 15 }, (_, i) => i + 1),
    )
  }
})

test('a point is shown while the history is still under way', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.live(at(11), batch(11))
  assert.deepEqual(line.times, [11])
})

test('an event that is sent again after a reconnect is not shown again', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.answered(batch(1), at(10), everything, at(10))
  assert.ok(join.live(at(11), batch(11)) > 0)
  assert.equal(join.live(at(11), batch(11)), 0)
  assert.equal(join.live(at(10), batch(10)), 0)
  assert.deepEqual(line.times, [1, 11])
})

test('a history that ends below the stream’s start asks for the events between', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.live(at(14), batch(14))
  assert.equal(join.answered(batch(1, 10), at(10), everything, at(12)), 'reopen')
  join.reopened()
  for (const n of [11, 12, 13, 14]) join.live(at(n), batch(n))
  assert.deepEqual(line.sorted, [1, 10, 11, 12, 13, 14])
})

test('a resync replaces only the hole, and late points before it stay single', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.answered(batch(100, 200), at(10), everything, at(10))
  // cut here: 11 and 12 are never seen live; 13 carries a late point from before the hole
  join.asked(true)
  join.live(at(13), batch(150, 400))
  assert.equal(join.answered(batch(300, 350), at(12), 250, at(12)), 'joined')
  assert.deepEqual(line.sorted, [100, 150, 200, 300, 350, 400])
})

test('a resync whose history ends below the stream’s start asks for all of it', () => {
  const join = new Join(new Line())
  join.asked()
  assert.equal(join.answered(batch(300), at(12), 250, at(13)), 'refetch')
})

test('windows are stored after their points: events seen before the question are added where they end', () => {
  for (let asOf = 8; asOf <= 14; asOf++) {
    const line = new Line()
    const join = new Join(line)
    // shown from other windows, and read anew at another length
    for (const n of [9, 10, 11, 12]) join.live(at(n), batch(n))
    join.asked()
    for (const n of [13, 14]) join.live(at(n), batch(n))
    const stored = Array.from({ length: asOf }, (_, i) => i + 1)
    assert.equal(join.answered(batch(...stored), at(asOf), everything, at(8), 60_000), 'joined')
    join.live(at(15), batch(15))
    assert.deepEqual(
      line.sorted,
      Array.from({ length: 15 }, (_, i) => i + 1),
    )
  }
})

test('points that were in a history before their events came are there when the windows asked for next end below', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  assert.equal(join.answered(batch(11, 12, 13), at(13), everything, at(10)), 'joined')
  for (const n of [11, 12, 13]) assert.equal(join.live(at(n), batch(n)), 0)
  join.asked()
  assert.equal(join.answered(batch(11), at(11), everything, at(10), 60_000), 'joined')
  join.live(at(14), batch(14))
  assert.deepEqual(line.sorted, [11, 12, 13, 14])
})

test('events that come again after the stream was reopened are not added twice by a later answer', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.live(at(12), batch(12))
  assert.equal(join.answered(batch(1, 2), at(2), everything, at(11)), 'reopen')
  join.reopened()
  for (let n = 3; n <= 12; n++) join.live(at(n), batch(n))
  join.asked()
  assert.equal(join.answered(batch(1, 2, 3), at(3), everything, at(2)), 'joined')
  assert.deepEqual(
    line.sorted,
    Array.from({ length: 12 }, (_, i) => i + 1),
  )
})

test('what comes while a range of the past is shown is there when the line goes on', () => {
  const line = new Line()
  const join = new Join(line)
  for (const n of [11, 12]) join.remember(at(n), batch(n))
  assert.deepEqual(line.times, [])
  join.asked()
  join.live(at(13), batch(13))
  assert.equal(join.answered(batch(1, 11), at(11), everything, at(10)), 'joined')
  assert.deepEqual(line.sorted, [1, 11, 12, 13])
})

test('windows that end below what is still remembered ask for the events between', () => {
  for (const asOf of [11, 12, 13]) {
    const line = new Line()
    const join = new Join(line)
    for (const n of [11, 12, 13, 14]) join.live(at(n), { ...batch(n), received: n * 20_000 })
    join.asked()
    // 14 and 13 are of the last half minute
    const stored = Array.from({ length: asOf }, (_, i) => i + 1)
    const verdict = join.answered(batch(...stored), at(asOf), everything, at(10), 60_000)
    assert.equal(verdict, asOf < 12 ? 'reopen' : 'joined')
    if (verdict === 'reopen') {
      join.reopened()
      for (const n of [12, 13, 14]) join.live(at(n), { ...batch(n), received: n * 20_000 })
    }
    assert.deepEqual(
      line.sorted,
      Array.from({ length: 14 }, (_, i) => i + 1),
    )
  }
})

test('where the stream cannot be reopened, what lies beyond the hole is shown and nothing more is forgotten', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked(true)
  join.live(at(14), batch(14))
  assert.equal(join.answered(batch(1, 10), at(10), everything, at(13)), 'reopen')
  join.goOn()
  assert.deepEqual(line.sorted, [1, 10, 14])
  join.live(at(15), { ...batch(15), received: 60_000 })
  assert.equal(join.answered(batch(1, 10, 11, 12, 13), at(13), everything, at(13)), 'joined')
  assert.deepEqual(line.sorted, [1, 10, 11, 12, 13, 14, 15])
})

test('when the history cannot be had, the live points stay and go on', () => {
  const line = new Line()
  const join = new Join(line)
  join.asked()
  join.live(at(11), batch(11))
  join.abandoned()
  join.live(at(12), batch(12))
  assert.deepEqual(line.times, [11, 12])
  assert.equal(join.loading, false)
})

test('a stream that has moved to another partition is not compared with the old one', () => {
  const line = new Line()
  const join = new Join(line)
  join.live({ partition: 3, offset: 99 }, batch(1))
  assert.ok(join.live({ partition: 4, offset: 5 }, batch(2)) > 0)
})

test('after a resync to a log that has begun anew, its low positions count', () => {
  const line = new Line()
  const join = new Join(line)
  join.live(at(900), batch(1))
  join.asked(true)
  join.live(at(3), batch(3))
  join.answered(batch(1, 2), at(2), everything, at(2))
  assert.deepEqual(line.sorted, [1, 2, 3])
})
