import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errors } from '@streamgauge/core/errors.ts'
import { badgeOf, errorBadge } from './badge.ts'
import type { Reading } from './read.ts'
import { drawBadge, grounds } from './svg.ts'
import { fitted, widthOf } from './width.ts'

const now = 1_790_000_000_000
const minute = 60_000
const reading = (value: number | null, ageMs = 0, more: Partial<Reading> = {}): Reading => ({
  last: value === null ? null : { ts: now - ageMs, value },
  intervalMs: null,
  alert: null,
  ...more,
})

const table: [what: string, metric: string, reading: Reading, message: string, ground: string][] = [
  ['a value with its unit', 'cpu.percent', reading(42.123), '42.12 %', 'ok'],
  ['bytes', 'disk.used_bytes', reading(5 * 2 ** 30), '5 GiB', 'ok'],
  ['a value without a unit', 'orders', reading(17), '17', 'ok'],
  ['a value that is just fresh', 'orders', reading(17, 5 * minute), '17', 'ok'],
  ['an old value', 'orders', reading(17, 5 * minute + 1), '17 stale', 'quiet'],
  [
    'an old value of a slow series',
    'orders',
    reading(17, 29 * minute, { intervalMs: 10 * minute }),
    '17',
    'ok',
  ],
  ['a value that fires', 'cpu.percent', reading(97, 0, { alert: 'FIRING' }), '97 % firing', 'firing'],
  ['an alert without a value', 'cpu.percent', reading(null, 0, { alert: 'FIRING' }), 'firing', 'firing'],
  ['an alert about silence', 'orders', reading(17, 0, { alert: 'NO_DATA' }), 'no data', 'no_data'],
  ['a metric without points', 'orders', reading(null), 'no points', 'quiet'],
]
for (const [what, metric, given, message, ground] of table) {
  test(`${what} reads "${message}"`, () => {
    const badge = badgeOf(metric, metric, given, now)
    assert.deepEqual([badge.message, badge.ground, badge.title], [message, ground, `${metric}: ${message}`])
  })
}

test('every error has words, a title with what to do, and nothing of the tenant', () => {
  for (const code of Object.keys(errors) as (keyof typeof errors)[]) {
    const { label, message, title } = errorBadge(code)
    assert.equal(label, 'streamgauge')
    assert.ok(message.length >= 5 && title.includes(errors[code].remedy), code)
  }
  assert.equal(errorBadge('STORE_UNAVAILABLE').message, 'unavailable')
})

test('an image is said and shown as text, with what could end it escaped', () => {
  const label = `<b a="1">&'\u0007\ud800`
  const svg = drawBadge({ label, message: 'ok', ground: 'ok', title: label })
  assert.ok(svg.includes('role="img" aria-label="&lt;b a=&quot;1&quot;&gt;&amp;&#39;��"'), svg)
  assert.ok(svg.includes('<title>&lt;b a='))
  assert.doesNotMatch(svg, /<b|style|script|\u0007/)
  assert.ok(svg.isWellFormed())
})

test('boxes are whole pixels, as wide as their text and its padding', () => {
  const svg = drawBadge({ label: 'cpu', message: '42 %', ground: 'ok', title: '' })
  const widths = [...svg.matchAll(/<rect (?:x="\d+" )?width="(\d+)"/g)].map(([, width]) => Number(width))
  const texts = [...svg.matchAll(/textLength="([\d.]+)"/g)].map(([, length]) => Number(length))
  assert.deepEqual(widths, [34 + 41, 34, 41])
  assert.deepEqual(texts, [19.8, 26.4])
  assert.ok(
    svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="75" height="20" viewBox="0 0 75 20"'),
  )
})

const widths: [text: string, width: number][] = [
  ['cpu.usage', 9],
  ['é', 1],
  ['e\u0301', 1],
  ['温度', 4],
  ['🔥', 2],
  ['👩‍🚀', 2],
  ['', 0],
]
for (const [text, width] of widths) {
  test(`"${text}" is ${width} cells wide`, () => assert.equal(widthOf(text), width))
}

test('a long label ends in an ellipsis between letters, never inside one', () => {
  assert.equal(fitted('abcdef', 6), 'abcdef')
  assert.equal(fitted('abcdefg', 6), 'abcde…')
  assert.equal(fitted('温度温度', 6), '温度…')
  assert.equal(fitted(`abcd${'e\u0301'.repeat(3)}`, 6), 'abcde\u0301…')
})

test('white is read on every ground: 4.5:1 and more', () => {
  for (const [name, colour] of Object.entries(grounds)) assert.ok(contrastWithWhite(colour) >= 4.5, name)
})

/** By the formula of WCAG 2. */
function contrastWithWhite(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
}
