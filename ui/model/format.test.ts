import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatAge,
  formatCount,
  formatRate,
  formatSpan,
  formatStep,
  formatTime,
  formatValue,
  type Unit,
} from './format.ts'

test('values read at a glance, with their unit', () => {
  const table: [number, Unit, string][] = [
    [0, 'none', '0'],
    [-0.00001, 'none', '-1.0e-5'],
    [0.1234, 'none', '0.123'],
    [12.5, 'none', '12.5'],
    [9.999, 'none', '10'],
    [1234.5, 'none', '1235'],
    [12_345, 'none', '12.35k'],
    [-2_500_000, 'none', '-2.5M'],
    [1.7e308, 'none', '1.70e+308'],
    [Number.NaN, 'none', '–'],
    [42.125, 'percent', '42.13 %'],
    [512, 'bytes', '512 B'],
    [1024, 'bytes', '1 KiB'],
    [8_321_499_136, 'bytes', '7.75 GiB'],
    [12.34, 'ms', '12.34 ms'],
    [12_340, 'ms', '12.34 s'],
    [3, 's', '3 s'],
    [120, 'rate', '120/s'],
  ]
  for (const [value, unit, text] of table) assert.equal(formatValue(value, unit), text)
})

test('ages use the units a person would', () => {
  const table: [number, string][] = [
    [-5, '0 s'],
    [4999, '4 s'],
    [61_000, '1 min 1 s'],
    [1_200_000, '20 min'],
    [7_500_000, '2 h 5 min'],
    [600_000_000, '6 d'],
  ]
  for (const [ms, text] of table) assert.equal(formatAge(ms), text)
})

test('counts are grouped; small rates keep a decimal', () => {
  assert.equal(formatCount(1234567), '1\u202f234\u202f567')
  assert.equal(formatRate(3.14), '3.1')
  assert.equal(formatRate(1234.4), '1\u202f234')
})

test('times show milliseconds only where they matter', () => {
  const at = new Date(2026, 0, 31, 4, 5, 6, 7).getTime()
  assert.equal(formatTime(at), '04:05:06')
  assert.equal(formatTime(at, true), '04:05:06.007')
})

test('the length of a window is written as the API writes it', () => {
  const table: [ms: number, text: string][] = [
    [1_000, '1s'],
    [90_000, '90s'],
    [60_000, '1m'],
    [300_000, '5m'],
    [7_200_000, '2h'],
    [86_400_000, '1d'],
  ]
  for (const [ms, text] of table) assert.equal(formatStep(ms), text)
})

test('a length of time reads after "the last"', () => {
  const table: [ms: number, text: string][] = [
    [60_000, 'minute'],
    [300_000, '5 minutes'],
    [3_600_000, 'hour'],
    [86_400_000, '24 hours'],
    [604_800_000, '7 days'],
  ]
  for (const [ms, text] of table) assert.equal(formatSpan(ms), text)
})
