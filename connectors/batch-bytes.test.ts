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

test('every number is read back as the same double', () => {
  const numbers = [
    0,
    1,
    9,
    10,
    99,
    100,
    999_999_999,
    1e9,
    1_000_000_001,
    999_999_999_999_999,
    1e15,
    1e15 + 2,
    1e21,
    5e-324,
  ]
  numbers.push(
    Number.MAX_VALUE,
    0.1,
    0.25,
    0.001,
    0.0001,
    1.005,
    999_999_999.999,
    1_000_000_000.5,
    0.1 + 0.2,
    1 / 3,
    100.01,
  )
  for (let i = 0; i < 100_000; i++) {
    numbers.push(
      Math.round(Math.random() * 1e6) / 1000,
      Math.random() * 10 ** (30 * Math.random() - 15),
      Math.floor(Math.random() * 2 ** 53),
    )
  }
  const all = numbers.concat(numbers.map((number) => -number))
  for (let from = 0; from < all.length; from += 10_000) {
    const part = all.slice(from, from + 10_000)
    const { x } = JSON.parse(writeBatch(batch(part)).toString()) as Batch
    const wrong = part.filter((number, i) => x[i] !== number)
    assert.deepEqual(wrong, [])
  }
})

test('a short number is written short', () => {
  const text = writeBatch(batch([12.5, -0.25, 3, 0, 0.001, 100.01])).toString()
  assert.match(text, /"x":\[12\.5,-0\.25,3,0,0\.001,100\.01\]/)
})
