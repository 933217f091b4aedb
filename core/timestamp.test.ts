import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTimestamp } from './timestamp.ts'

test('RFC 3339 with a zone is read as the platform reads it', () => {
  const texts = [
    '2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00.5Z',
    '2026-01-31T12:00:00.123+01:00',
    '2026-01-31T23:59:59.999-11:30',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ]
  for (const text of texts) assert.equal(parseTimestamp(text), Date.parse(text), text)
})

test('every day of four centuries is where the platform has it', () => {
  for (let ms = Date.UTC(1800, 0, 1); ms < Date.UTC(2201, 0, 1); ms += 86_400_000) {
    const text = new Date(ms).toISOString()
    if (parseTimestamp(text) !== ms) assert.fail(text)
  }
})

test('fractions finer than a millisecond are floored, a leap second is the second after it', () => {
  assert.equal(parseTimestamp('2026-01-01T00:00:00.123999999Z'), Date.parse('2026-01-01T00:00:00.123Z'))
  assert.equal(parseTimestamp('2016-12-31T23:59:60Z'), Date.parse('2017-01-01T00:00:00Z'))
  assert.equal(parseTimestamp('2026-01-01t00:00:00z'), Date.parse('2026-01-01T00:00:00Z'))
})

test('anything else is not a timestamp', () => {
  const texts = [
    '',
    'now',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00Z',
    '2026-1-31T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-01-32T12:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00+0100',
    '2026-01-31T12:00:00+25:00',
    '2026-01-31T12:00:00Zjunk',
    '2026-01-31T12:00:00+01:00x',
    '1790000000000',
    '+02026-01-31T12:00:00Z',
  ]
  for (const text of texts) assert.ok(Number.isNaN(parseTimestamp(text)), text)
})
