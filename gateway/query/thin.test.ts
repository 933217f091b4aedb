import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Thinner } from './thin.ts'

function thin(maxPoints: number, series: [t: number, x: number][][], to = 1_000) {
  const thinner = new Thinner({ from: 0, to }, maxPoints)
  series.forEach((points, s) => {
    for (const [t, x] of points) thinner.add(s, t, x)
  })
  return { ...thinner.end(), thinned: thinner.thinned, stepMs: thinner.stepMs }
}

const flat = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [i, 0])

test('up to max_points everything stays as it is', () => {
  const result = thin(100, [flat(100), [[5, 1]]])
  assert.equal(result.thinned, false)
  assert.equal(result.t.length, 101)
  assert.deepEqual([result.s.at(-1), result.t.at(-1), result.x.at(-1)], [1, 5, 1])
})

test('a single spike survives, at its own time and value', () => {
  const points = flat(1_000)
  points[537] = [537, 99]
  points[538] = [538, -99]
  const result = thin(40, [points])
  assert.equal(result.thinned, true)
  assert.equal(result.x[result.t.indexOf(537)], 99)
  assert.equal(result.x[result.t.indexOf(538)], -99)
})

test('the first and last point of every bucket stay, in the order of time', () => {
  const points: [number, number][] = Array.from({ length: 1_000 }, (_, t) => [t, Math.sin(t)])
  const { t, stepMs } = thin(40, [points])
  assert.deepEqual(
    t,
    t.toSorted((a, b) => a - b),
  )
  assert.ok(t.includes(0) && t.includes(999))
  for (let start = stepMs; start < 1_000; start += stepMs)
    assert.ok(t.includes(start) && t.includes(start - 1))
})

test('never more than max_points a series, and only long series are thinned', () => {
  const noisy: [number, number][] = Array.from({ length: 5_000 }, (_, i) => [i / 5, (i * 7919) % 101])
  for (const maxPoints of [8, 40, 100, 1_000]) {
    const result = thin(maxPoints, [noisy, flat(8), noisy])
    const count = (s: number) => result.s.filter((of) => of === s).length
    assert.ok(count(0) <= maxPoints, `${count(0)} of ${maxPoints}`)
    assert.equal(count(1), 8)
    assert.equal(count(2), count(0))
  }
})

test('points of one time keep their order', () => {
  const points: [number, number][] = Array.from({ length: 100 }, (_, i) => [500, i])
  assert.deepEqual(thin(40, [points]).x, [0, 99])
})
