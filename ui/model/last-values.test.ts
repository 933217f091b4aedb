import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastValues } from './last-values.ts'

test('the newest value wins, whatever the order of arrival', () => {
  const values = new LastValues()
  values.put(['cpu', 'web-1', {}], 5, 50)
  values.put(['cpu', 'web-1', {}], 3, 30)
  assert.deepEqual(values.of('web-1'), [{ metric: 'cpu', timeMs: 5, value: 50 }])
})

test('a new metric is news once', () => {
  const values = new LastValues()
  const batch = {
    v: 1 as const,
    tenant: 'a',
    received: 1,
    series: [['cpu', null, {}] as const],
    s: [0],
    t: [1],
    x: [1],
  }
  assert.equal(values.take(batch), true)
  assert.equal(values.take(batch), false)
  assert.deepEqual(values.metrics, ['cpu'])
  assert.deepEqual(values.agents, [])
})

test('metrics that still move are told from those that have ended', () => {
  const values = new LastValues()
  values.put(['b.old', 'web-1', {}], 100, 1)
  values.put(['a.new', 'web-1', {}], 900, 1)
  values.put(['c.new', null, {}], 500, 1)
  values.put(['c.new', 'web-1', {}], 90, 1)
  assert.deepEqual(values.since(500), ['a.new', 'c.new'])
})
