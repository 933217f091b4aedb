import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { expectedChanges } from './expected.ts'
import { levelSize, rulesOver } from './pulse.ts'

const base = 1_790_000_000_000
const series: SeriesName = ['pulse', null, {}]
const [high, low, between] = [levelSize + 1, -levelSize + 2, 3]

/** One record for each list of points; a point is a time and a value. `ageMs`: how old they are when they come. */
function records(ageMs: number, ...lists: [number, number][][]): LogRecord[] {
  return lists.map((points, src) => {
    const last = points[points.length - 1][0]
    const batch: Batch = {
      ...{ v: 1, tenant: 'acme', received: base + last + ageMs, series: [series], sid: [1] },
      ...{ s: points.map(() => 0), t: points.map(([at]) => base + at), x: points.map(([, value]) => value) },
    }
    const names = { partition: 2, offset: src, key: 'acme', timestamp: 1, headers: { src: String(src) } }
    return { ...names, value: Buffer.from(JSON.stringify(batch)) }
  })
}

/** What one of the rules, by its number, makes of them. */
function changesOf(rule: number, ageMs: number, log: readonly LogRecord[], stoppedAt = 0): string[] {
  const rules = rulesOver(ageMs, 1).map((one, i) => ({ ...one, id: i, tenant: 'acme' }))
  return expectedChanges(rules, log, base + stoppedAt)
    .filter(({ rule_id }) => rule_id === rule)
    .map(({ from, to, at, position }) => `${from}>${to}@${at - base} ${position}`)
}

const old = 100_000_000
const ahead = -400_000

test('a rule without a duration turns with its points, one with two thresholds only at the second', () => {
  const log = records(0, [[0, low]], [[50, high]], [[100, between]], [[150, low]])
  assert.deepEqual(changesOf(0, 0, log), ['OK>FIRING@50 2:1', 'FIRING>OK@100 2:2'])
  assert.deepEqual(changesOf(1, 0, log), ['OK>FIRING@50 2:1', 'FIRING>OK@150 2:3'])
})

test('of points ahead only points decide: a breach that ends in time never fires', () => {
  const log = records(ahead, [[0, high]], [[900, low]], [[1_000, high]], [[2_500, high]], [[2_600, low]])
  const expected = [
    'OK>PENDING@0 2:0',
    'PENDING>OK@900 2:1',
    'OK>PENDING@1000 2:2',
    'PENDING>FIRING@2000 2:3',
  ]
  assert.deepEqual(changesOf(2, ahead, log), expected)
  assert.deepEqual(changesOf(2, ahead, log, 10_000), [...expected, 'FIRING>OK@2900 2:4'])
})

test('of old points the clock has decided before the next come, and those before its deadline are late', () => {
  const log = records(old, [[0, high]], [[900, low]], [[1_100, low]], [[1_500, high]])
  assert.deepEqual(changesOf(2, old, log), [
    'OK>PENDING@0 2:0',
    'PENDING>FIRING@1000 2:0',
    'FIRING>OK@1400 2:2',
    'OK>PENDING@1500 2:3',
  ])
})

test('what is published again counts once', () => {
  const log = records(0, [[0, high]], [[50, low]])
  assert.deepEqual(changesOf(0, 0, [...log, ...log]), changesOf(0, 0, log))
})
