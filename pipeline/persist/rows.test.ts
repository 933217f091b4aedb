import assert from 'node:assert/strict'
import { test } from 'node:test'
import { positionOf } from '@streamgauge/core/position.ts'
import { batchOf, entryOf } from './fixture.ts'
import { rawRows } from './rows.ts'
import type { Kept } from './run.ts'

const day = 86_400_000
const received = batchOf().received

function rows(batches: Parameters<typeof batchOf>[0][], sids: number[][], kept: Kept[]): string[] {
  const entries = batches.map((batch, offset) => entryOf(batchOf(batch), offset))
  const { data, rows } = rawRows(entries, sids, kept, day)
  const lines = data.toString().split('\n').slice(0, -1)
  assert.equal(lines.length, rows)
  return lines
}

test('rows are sorted by series, time and position, over all records of a run', () => {
  const series: [string, null, object][] = [
    ['a', null, {}],
    ['b', null, {}],
  ]
  const two = { series: series as never, s: [0, 1, 0], t: [received, received, received - 5], x: [1, 2, 3] }
  const lines = rows(
    [two, two],
    [
      [9, 4],
      [9, 4],
    ],
    ['all', 'all'],
  )
  const at = (sid: number, ts: number, offset: number, index: number, x: number) =>
    [sid, ts, positionOf(offset, index), x].join('\t')
  assert.deepEqual(lines, [
    at(4, received, 0, 1, 2),
    at(4, received, 1, 1, 2),
    at(9, received - 5, 0, 2, 3),
    at(9, received - 5, 1, 2, 3),
    at(9, received, 0, 0, 1),
    at(9, received, 1, 0, 1),
  ])
})

test('points that were dropped have no row', () => {
  const three = { s: [0, 0, 0], t: [received, received, received], x: [1, 2, 3] }
  const lines = rows([three, three], [[1], [1]], [Uint8Array.of(1, 0, 1), 'none'])
  assert.deepEqual(
    lines.map((line) => line.split('\t')[3]),
    ['1', '3'],
  )
})

test('a point older than raw is kept has no row; one exactly as old has', () => {
  const batch = { s: [0, 0], t: [received - day - 1, received - day], x: [1, 2] }
  assert.deepEqual(
    rows([batch], [[1]], ['all']).map((line) => line.split('\t')[3]),
    ['2'],
  )
})
