import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTime } from './time.ts'

const now = 1_790_000_000_000

const table: [text: string, time: number | undefined][] = [
  ['now', now],
  ['1790000000123', 1_790_000_000_123],
  ['0', 0],
  ['-15m', now - 900_000],
  ['-1h', now - 3_600_000],
  ['-250ms', now - 250],
  ['+1d', now + 86_400_000],
  ['2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12)],
  ['2026-01-31T12:00:00.5+02:00', Date.UTC(2026, 0, 31, 10, 0, 0, 500)],
  ['2026-01-31T12:00:00 02:00', Date.UTC(2026, 0, 31, 10)],
  ['2026-01-31T12:00Z', Date.UTC(2026, 0, 31, 12)],
  ['2026-01-31T12:00:00', undefined],
  ['2026-01-31', undefined],
  ['2026-13-31T12:00:00Z', undefined],
  ['-15', undefined],
  ['15m', undefined],
  ['1e12', undefined],
  ['', undefined],
]

for (const [text, time] of table) {
  test(`"${text}" is ${time ?? 'not a time'}`, () => assert.equal(readTime(text, now), time))
}
