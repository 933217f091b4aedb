import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseResolution } from './resolution.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = 1_790_000_000_000
const kept = { raw: day, '1m': 7 * day, '5m': 30 * day }

const table: [title: string, ago: number, length: number, chosen: string][] = [
  ['the last quarter of an hour', 15 * minute, 15 * minute, 'raw'],
  ['the last hour', hour, hour, 'raw'],
  ['a little more than an hour', hour + 1, hour + 1, '1m'],
  ['the last day', day, day, '1m'],
  ['two days', 2 * day, 2 * day, '5m'],
  ['a minute of two days ago, when single points are gone', 2 * day, minute, '1m'],
  ['a minute of eight days ago, when minutes are gone', 8 * day, minute, '5m'],
  ['an hour that has just passed the age of single points', day + 30_000, hour, 'raw'],
  ['the last month and more: what there is', 60 * day, 60 * day, '5m'],
]
for (const [title, ago, length, chosen] of table) {
  test(`auto reads ${title} at ${chosen}`, () => {
    const from = now - ago
    assert.equal(chooseResolution('auto', { from, to: from + length }, kept, now), chosen)
  })
}

test('a resolution that is asked for is taken for any length it is kept', () => {
  assert.equal(chooseResolution('5m', { from: now - minute, to: now }, kept, now), '5m')
  assert.equal(chooseResolution('raw', { from: now - day, to: now }, kept, now), 'raw')
})

test('a resolution that is gone is refused with the one that reaches far enough', () => {
  const ask = (resolution: 'raw' | '5m', ago: number) => () =>
    chooseResolution(resolution, { from: now - ago, to: now }, kept, now)
  assert.throws(ask('raw', 3 * day), { code: 'RESOLUTION_UNAVAILABLE', message: /1m reaches far enough/ })
  assert.throws(ask('5m', 31 * day), { code: 'RESOLUTION_UNAVAILABLE', message: /kept since [\d-]+T/ })
})
