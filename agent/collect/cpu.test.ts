import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStat, usage } from './cpu.ts'

const before = `cpu  300 0 100 600 0 0 0 0 50 0
cpu0 100 0 50 350 0 0 0 0 0 0
cpu1 200 0 50 250 0 0 0 0 50 0
intr 12345 0 0
ctxt 99
`
const now = `cpu  340 10 120 680 20 5 5 20 60 0
cpu0 130 0 60 400 10 0 0 0 0 0
cpu1 210 10 60 280 10 5 5 20 60 0
intr 12399 0 0
`

test('usage is what was neither idle nor waiting for a disk, of all cores and of each', () => {
  const [first, second] = [readStat(before), readStat(now)]
  assert.equal(usage(first.whole, second.whole), 50)
  assert.equal(usage(first.cores.get('0'), second.cores.get('0') ?? first.whole), 40)
  assert.deepEqual([...second.cores.keys()], ['0', '1'])
})

test('usage stays within 0 and 100, and is absent when no time has passed or there is nothing to compare', () => {
  const table = [
    { before: { busy: 10, total: 100 }, now: { busy: 9, total: 200 }, percent: 0 },
    { before: { busy: 10, total: 100 }, now: { busy: 300, total: 200 }, percent: 100 },
    { before: { busy: 10, total: 100 }, now: { busy: 10, total: 100 }, percent: undefined },
    { before: undefined, now: { busy: 10, total: 100 }, percent: undefined },
  ]
  for (const { before, now, percent } of table) assert.equal(usage(before, now), percent)
})
