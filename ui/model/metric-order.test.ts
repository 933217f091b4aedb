import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byInterest } from './metric-order.ts'

test('what is looked at first comes first, what agents say of themselves last', () => {
  const names = [
    'agent.spool.messages',
    'zoo',
    'disk.usage',
    'agentless',
    'cpu.core.usage',
    'cpu.usage',
    'memory.used',
  ]
  assert.deepEqual(names.sort(byInterest), [
    'cpu.usage',
    'memory.used',
    'disk.usage',
    'agentless',
    'cpu.core.usage',
    'zoo',
    'agent.spool.messages',
  ])
})
