import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePlan } from './plan.ts'

const files = [
  'bench/c.live.test.ts',
  'core/a.test.ts',
  'features/chart.feature',
  'local/b.live.test.ts',
  'local/b.test.ts',
]

test('no arguments run everything', () => {
  assert.deepEqual(makePlan([], files), {
    checks: true,
    unit: ['core/a.test.ts', 'local/b.test.ts'],
    live: ['local/b.live.test.ts'],
    measured: ['bench/c.live.test.ts'],
    features: [],
  })
})

test('a group runs that group, a part of a path runs the files that have it, both run what fits both', () => {
  const table: [string[], string[], string[], string[], readonly string[] | undefined][] = [
    [['unit'], ['core/a.test.ts', 'local/b.test.ts'], [], [], undefined],
    [['live'], [], ['local/b.live.test.ts'], ['bench/c.live.test.ts'], undefined],
    [['features'], [], [], [], []],
    [['local/'], ['local/b.test.ts'], ['local/b.live.test.ts'], [], undefined],
    [['live', 'bench/'], [], [], ['bench/c.live.test.ts'], undefined],
    [['chart'], [], [], [], ['features/chart.feature']],
    [['nothing'], [], [], [], undefined],
  ]
  for (const [args, unit, live, measured, features] of table) {
    const plan = { checks: false, unit, live, measured, features }
    assert.deepEqual(makePlan(args, files), plan, args.join(' '))
  }
})
