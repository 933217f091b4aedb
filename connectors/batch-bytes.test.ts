import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@streamgauge/core/batch.ts'
import { writeBatch } from './batch-bytes.ts'

const batch = (x: number[], more: Partial<Batch> = {}): Batch => ({
  v: 1,
  tenant: 'acme',
  received: 1_790_000_000_123,
  series: [['cpu "€" 🎈', null, { a: 'b' }]],
  s: x.map(() => 0),
  t: x.map((_, i) => 1_790_000_000_000 + i),
  x,
  ...more,
})

test('a batch is read back as it was', () => {
  const batches = [
    batch([]),
    batch([1]),
    batch([1, 2], { id: 'x', ids: [null, '"€"'] }),
    batch([1], { t: [-1] }),
    batch([1], { t: [0], s: [32_767] }),
    batch(Array.from({ length: 10_000 }, (_, i) => i / 7)),
  ]
  for (const one of batches) assert.deepEqual(JSON.parse(writeBatch(one).toString()), one)
})

test('a short number is written short', () => {
  const text = writeBatch(batch([12.5, -0.25, 3, 0, 0.001, 100.01])).toString()
  assert.match(text, /"x":\[12\.5,-0\.25,3,0,0\.001,100\.01\]/)
})
