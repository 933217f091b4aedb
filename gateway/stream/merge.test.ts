import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { batchOf } from './fixture.ts'
import { mergeBatches } from './merge.ts'

/** Points as rows, for comparing. */
function rows(batch: Batch): [SeriesName, number | undefined, number, number][] {
  return batch.s.map((s, i) => [batch.series[s], batch.sid?.[s], batch.t[i], batch.x[i]])
}

test('merged batches hold every point once, in order, and each series once', () => {
  const parts = [batchOf('a', 1, 'cpu'), batchOf('a', 2, 'memory'), batchOf('a', 3, 'cpu')]
  const merged = mergeBatches(parts)
  assert.deepEqual(rows(merged), parts.flatMap(rows))
  assert.equal(merged.series.length, 2)
  assert.equal(merged.received, 1_003)
})

test('dedupe ids stay with their points', () => {
  const merged = mergeBatches([batchOf('a', 1), { ...batchOf('a', 2), ids: ['x'], id: 'whole record' }])
  assert.deepEqual(merged.ids, [null, 'x'])
  assert.equal('id' in merged, false)
  assert.equal('ids' in mergeBatches([batchOf('a', 1), batchOf('a', 2)]), false)
})
