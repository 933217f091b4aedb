import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberBytes, writeNumber } from './number-bytes.ts'

function written(number: number): string {
  const out = Buffer.alloc(numberBytes)
  return out.toString('latin1', 0, writeNumber(out, number, 0))
}

test('a number is written as String writes it', () => {
  const numbers = [
    0.0000036360144204107557,
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
  for (const number of numbers) {
    assert.equal(written(number), String(number))
    assert.equal(written(-number), String(-number))
  }
})
