import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { everything } from './join.ts'
import { MetricModel, maxLines } from './metric-model.ts'

const cpu1: SeriesName = ['cpu', 'web-1', {}]
const cpu2: SeriesName = ['cpu', 'web-2', {}]
const memory: SeriesName = ['memory', 'web-1', {}]

function batch(series: SeriesName[], points: [s: number, t: number, x: number][], sid?: number[]): Batch {
  const column = <N extends 0 | 1 | 2>(n: N) => points.map((p) => p[n])
  return {
    v: 1,
    tenant: 'a',
    received: 0,
    series,
    s: column(0),
    t: column(1),
    x: column(2),
    ...(sid && { sid }),
  }
}
const times = (model: MetricModel) =>
  model.lines.map((line) => Array.from({ length: line.ring.size }, (_, i) => line.ring.time(i)))

test('a batch of several metrics gives each model its own points', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  const taken = model.append(
    batch(
      [memory, cpu1, cpu2],
      [
        [0, 1, 5],
        [1, 1, 6],
        [2, 2, 7],
        [1, 3, 8],
      ],
    ),
    everything,
  )
  assert.equal(taken, 3)
  assert.deepEqual(times(model), [[1, 3], [2]])
  assert.deepEqual(
    model.lines.map((line) => line.label),
    ['web-1', 'web-2'],
  )
})

test('an agent filter leaves the others out', () => {
  const model = new MetricModel('cpu', 'web-2', 60_000)
  model.append(
    batch(
      [cpu1, cpu2],
      [
        [0, 1, 1],
        [1, 1, 2],
      ],
    ),
    everything,
  )
  assert.deepEqual(times(model), [[1]])
})

test('a series keeps its line whether it comes with its id or without', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  model.append(batch([cpu1], [[0, 1, 1]], [77]), everything)
  model.append(batch([cpu1], [[0, 2, 1]]), everything)
  model.append(batch([cpu1], [[0, 3, 1]], [77]), everything)
  assert.deepEqual(times(model), [[1, 2, 3]])
})

test('series beyond the twelfth are counted, not drawn', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  const names = Array.from({ length: 20 }, (_, i): SeriesName => ['cpu', `web-${i}`, {}])
  for (let round = 0; round < 2; round++) {
    model.append(
      batch(
        names,
        names.map((_, i) => [i, round, 1]),
      ),
      everything,
    )
  }
  assert.equal(model.lines.length, maxLines)
  assert.equal(model.moreLines, 8)
})

test('a chart that is read anew has room for those who spoke then, however many it showed before', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  const now = Array.from({ length: 20 }, (_, i): SeriesName => ['cpu', `now-${i}`, {}])
  const points = now.map((_, i): [number, number, number] => [i, 100, 1])
  const ids = now.map((_, i) => i)
  model.append(batch(now, points, ids), everything)
  // the answer names every series, also those without a point in the range
  const all: SeriesName[] = [...now, ['cpu', 'then', {}]]
  model.replace(
    batch(
      all,
      [
        [20, 10, 1],
        [3, 10, 1],
      ],
      [...ids, 20],
    ),
    everything,
    0,
  )
  assert.deepEqual(
    model.lines.map(({ label }) => label),
    ['now-3', 'then'],
  )
  assert.deepEqual([times(model), model.moreLines], [[[10], [10]], 0])
  // what found no place before has one now
  model.append(batch([now[15]], [[0, 110, 1]], [15]), everything)
  assert.equal(model.lines[2].label, 'now-15')
})

test('replacing a part keeps what lies before it', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  model.append(
    batch(
      [cpu1],
      [
        [0, 10, 1],
        [0, 20, 1],
        [0, 30, 1],
      ],
    ),
    everything,
  )
  let resets = 0
  model.listener = { point: () => {}, lines: () => {}, reset: () => resets++ }
  model.replace(
    batch(
      [cpu1],
      [
        [0, 20, 2],
        [0, 25, 2],
      ],
    ),
    20,
    0,
  )
  assert.deepEqual(times(model), [[10, 20, 25]])
  assert.equal(resets, 1)
})

test('windows take the place of points, live points join them, and points come back', () => {
  const model = new MetricModel('cpu', undefined, 86_400_000)
  const minute = 60_000
  model.append(batch([cpu1], [[0, 61_000, 7]]), everything)
  const stored = {
    ...batch(
      [cpu1],
      [
        [0, minute, 2],
        [0, 2 * minute, 5],
      ],
    ),
    count: [3, 1],
    sum: [6, 5],
    min: [1, 5],
    max: [3, 5],
    last: [3, 5],
  }
  model.replace(stored, everything, minute)
  const [line] = model.lines
  assert.equal(line.ring.size, 0)
  assert.deepEqual(line.newest, { t: 2 * minute, x: 5 })
  model.append(
    batch(
      [cpu1, cpu2],
      [
        [0, 121_000, 9],
        [1, 185_000, 4],
      ],
    ),
    everything,
  )
  assert.deepEqual(line.steps?.rows.at(-1), { t: 2 * minute, count: 2, sum: 14, min: 5, max: 9 })
  assert.deepEqual(model.lines[1].steps?.rows, [{ t: 3 * minute, count: 1, sum: 4, min: 4, max: 4 }])
  assert.deepEqual(line.newest, { t: 121_000, x: 9 })
  model.replace(batch([cpu1], [[0, 130_000, 1]]), everything, 0)
  assert.equal(line.steps, undefined)
  assert.deepEqual(times(model), [[130_000]])
})

test('of points added again, those before the replaced part are left out', () => {
  const model = new MetricModel('cpu', undefined, 60_000)
  const taken = model.append(
    batch(
      [cpu1],
      [
        [0, 10, 1],
        [0, 20, 1],
      ],
    ),
    20,
  )
  assert.equal(taken, 1)
  assert.deepEqual(times(model), [[20]])
})

test('what has left the window is forgotten', () => {
  const model = new MetricModel('cpu', undefined, 100)
  model.append(
    batch(
      [cpu1],
      [
        [0, 10, 1],
        [0, 200, 1],
      ],
    ),
    everything,
  )
  model.prune(250)
  assert.deepEqual(times(model), [[200]])
})
