import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLag } from './lag.ts'

test('quantiles of delays count points, and a delay beyond the scale is the longest', () => {
  const lag = createLag()
  assert.equal(lag.quantile(0.5), undefined)
  lag.add(10.2, 90)
  lag.add(-3, 5)
  lag.add(1e9, 5)
  assert.deepEqual(
    [0.05, 0.5, 0.95, 1].map((q) => lag.quantile(q)),
    [0, 10, 10, 120_000],
  )
})
