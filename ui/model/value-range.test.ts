import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Unit } from './format.ts'
import { axisFactor, valueRange } from './value-range.ts'

test('the axis has round bounds around the values, and zero when it is near', () => {
  const table: [min: number, max: number, unit: Unit, low: number, high: number][] = [
    [3, 47, 'none', 0, 50],
    [101, 109, 'none', 100, 110],
    [-47, -3, 'none', -50, 0],
    [-5, 5, 'none', -6, 6],
    [97, 99.5, 'percent', 0, 100],
    [1, 130, 'percent', 0, 150],
    [0, 0, 'none', 0, 1],
  ]
  for (const [min, max, unit, low, high] of table) {
    assert.deepEqual(valueRange(min, max, unit), { min: low, max: high }, `${min} … ${max} ${unit}`)
  }
})

test('the values always lie within, whatever their size', () => {
  for (const size of [5e-324, 1e-9, 1, 1e9, 1e300, Number.MAX_VALUE]) {
    for (const [a, b] of [
      [-1, 1],
      [0.2, 0.9],
      [1, 1],
      [-0.5, -0.5],
    ]) {
      const range = valueRange(a * size, b * size)
      assert.ok(range.min <= a * size && range.max >= b * size, `${a * size} … ${b * size}`)
      assert.ok(Number.isFinite(range.max - range.min) || size === Number.MAX_VALUE)
    }
  }
})

test('without values there is still an axis', () => {
  assert.deepEqual(valueRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), { min: 0, max: 1 })
})

test('values on the axis lie below a thousand, bytes below 1024 of their unit', () => {
  assert.equal(axisFactor(999, 'none'), 1)
  assert.equal(axisFactor(4000, 'none'), 1000)
  assert.equal(axisFactor(1500, 'bytes'), 1024)
  assert.equal(axisFactor(9e9, 'bytes'), 2 ** 30)
  assert.equal(axisFactor(0, 'none'), 1)
  assert.ok(axisFactor(5e-324, 'none') > 0)
  for (const size of [1e-300, 1e-9, 1e300, Number.MAX_VALUE]) {
    const scaled = size / axisFactor(size, 'none')
    assert.ok(scaled >= 0.999 && scaled < 1001, `${size}: ${scaled}`)
  }
})
