import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@streamgauge/core/batch.ts'
import { everything } from './join.ts'
import { MetricModel } from './metric-model.ts'
import { Stat, type StatKind, statWindowMs } from './stat.ts'

const now = 1_790_000_000_000

function batch(...points: [agent: string, agoMs: number, value: number][]): Batch {
  const agents = [...new Set(points.map(([agent]) => agent))]
  return {
    ...{ v: 1, tenant: 'a', received: now, series: agents.map((agent) => ['cpu.percent', agent, {}]) },
    s: points.map(([agent]) => agents.indexOf(agent)),
    t: points.map(([, ago]) => now - ago),
    x: points.map(([, , value]) => value),
  }
}

function reading(kind: StatKind, ...points: Parameters<typeof batch>) {
  const model = new MetricModel('cpu.percent', undefined, statWindowMs)
  const stat = new Stat(model, kind)
  model.listener = stat
  model.append(batch(...points), everything)
  return stat.read(now)
}

test('of several series it says what was asked for, of what each said last', () => {
  const points: Parameters<typeof batch> = [
    ['web-1', 9000, 90],
    ['web-1', 1000, 10],
    ['web-2', 2000, 40],
  ]
  const table: [StatKind, number][] = [
    ['mean', 25],
    ['sum', 50],
    ['least', 10],
    ['greatest', 40],
  ]
  for (const [kind, value] of table) assert.deepEqual([kind, reading(kind, ...points).value], [kind, value])
  assert.equal(reading('mean', ...points).of, 2)
})

test('a series that has gone silent no longer counts, unless all have', () => {
  const old: [string, number, number] = ['web-1', statWindowMs + 1, 90]
  assert.equal(reading('sum', old, ['web-2', 1000, 40]).value, 40)
  assert.equal(reading('sum', old).value, 90)
})

test('nothing is no number', () => {
  const { value, of, trend } = reading('sum')
  assert.deepEqual([value, of], [Number.NaN, 0])
  assert.ok(trend.every(Number.isNaN))
})

test('the trend is the same sum, slot by slot', () => {
  const { trend } = reading('sum', ['web-1', 60_000, 1], ['web-2', 60_000, 2], ['web-1', 0, 3])
  assert.deepEqual(
    trend.filter((value) => !Number.isNaN(value)),
    [3, 3],
  )
  assert.equal(trend.at(-1), 3)
})

test('the trend is as true of windows as of the points they hold', () => {
  const model = new MetricModel('cpu.percent', undefined, statWindowMs)
  const stat = new Stat(model, 'mean')
  model.listener = stat
  const windows = {
    ...batch(['web-1', 2000, 10], ['web-1', 1000, 40]),
    ...{ count: [3, 1], sum: [30, 40], min: [10, 40], max: [10, 40], last: [10, 40] },
  }
  model.replace(windows, everything, 1000)
  assert.equal(stat.read(now).trend.at(-2), 17.5)
})

test('points that were read anew replace those in hand', () => {
  const model = new MetricModel('cpu.percent', undefined, statWindowMs)
  const stat = new Stat(model, 'mean')
  model.listener = stat
  model.append(batch(['web-1', 1000, 10]), everything)
  model.replace(batch(['web-1', 1000, 10], ['web-1', 500, 20]), everything, 0)
  assert.equal(stat.read(now).value, 20)
  assert.equal(stat.read(now).trend.at(-2), 15)
})
