import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sumTimes, usage } from './cpu.ts'

test('usage is the busy share of all cores between two readings', () => {
  const core = (user: number, idle: number) => ({ times: { user, nice: 0, sys: 0, irq: 0, idle } })
  const before = sumTimes([core(100, 100), core(0, 200)])
  const now = sumTimes([core(150, 150), core(0, 300)])
  assert.equal(usage(before, now), 25)
})

test('usage stays within 0 and 100, and is absent when no time has passed', () => {
  assert.equal(usage({ busy: 10, total: 100 }, { busy: 9, total: 200 }), 0)
  assert.equal(usage({ busy: 10, total: 100 }, { busy: 10, total: 100 }), undefined)
})
