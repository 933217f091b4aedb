import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@streamgauge/core/limits.ts'
import { readAsk } from './ask.ts'

const now = 1_790_000_000_000

test('an open end reads what is stored after the question was asked: it lies below as_of too', () => {
  for (const query of [{}, { to: 'now' }]) {
    const ask = readAsk({ metric: 'cpu', ...query }, now)
    assert.equal(ask.to, now)
    assert.ok(ask.before > now + limits.futureMs)
  }
})

test('an end that was asked for is kept to the millisecond', () => {
  const ask = readAsk({ metric: ['a', 'b'], agent: 'x', from: '-1h', to: '-1m', max_points: 50 }, now)
  const times = { from: now - 3_600_000, to: now - 60_000, before: now - 60_000 }
  assert.deepEqual(ask, {
    metrics: ['a', 'b'],
    agents: ['x'],
    tags: {},
    resolution: 'auto',
    stepMs: undefined,
    aggregate: undefined,
    ...times,
    maxPoints: 50,
    maxSeries: undefined,
  })
})

test('tags, steps and aggregates are read; a value may hold the sign that ends its key', () => {
  const query = {
    metric: 'cpu',
    tag: ['region=eu', 'q=a=b'],
    step: '30s',
    aggregate: 'avg',
    resolution: '5m',
  } as const
  const { tags, stepMs, aggregate, resolution } = readAsk({ ...query, tag: [...query.tag] }, now)
  assert.deepEqual(tags, { region: 'eu', q: 'a=b' })
  assert.deepEqual({ stepMs, aggregate, resolution }, { stepMs: 30_000, aggregate: 'avg', resolution: '5m' })
})

const wrong: [query: object, detail: RegExp][] = [
  [{ tag: 'region' }, /^tag: "region" is not key=value/],
  [{ tag: '=eu' }, /^tag/],
  [{ step: '30' }, /^step: "30"/],
  [{ step: '999ms' }, /^step/],
  [{ aggregate: 'avg', max_series: 12 }, /^max_series/],
]
for (const [query, message] of wrong) {
  test(`${JSON.stringify(query)} is refused`, () => {
    assert.throws(() => readAsk({ metric: 'cpu', ...query }, now), { code: 'QUERY_INVALID', message })
  })
}
