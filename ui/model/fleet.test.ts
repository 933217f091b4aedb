import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentItem, AgentState } from '../api/types.ts'
import { Fleet } from './fleet.ts'

function item(agent_id: string, more: Partial<AgentItem> = {}): AgentItem {
  return {
    agent_id,
    status: 'online',
    reason: null,
    last_seen: 1000,
    interval_ms: 1000,
    metrics: [],
    ...more,
  }
}
function offline(agent_id: string): AgentState {
  return { agent_id, status: 'offline', reason: 'lost', last_seen: 1000, interval_ms: 1000 }
}
const points = (agent: string, received: number) => ({
  v: 1 as const,
  tenant: 'a',
  received,
  series: [['cpu', agent, {}] as const],
  s: [0],
  t: [received],
  x: [7],
})

test('nothing is known before the list has been read', () => {
  const fleet = new Fleet()
  assert.equal(fleet.agents, undefined)
  fleet.replace([])
  assert.deepEqual(fleet.agents, [])
})

test('a change that comes while the list is on its way is not undone by it', () => {
  const fleet = new Fleet()
  fleet.asked()
  fleet.apply(offline('web-1'))
  fleet.replace([item('web-1', { version: '1.0' })])
  assert.equal(fleet.get('web-1')?.status, 'offline')
  assert.equal(fleet.get('web-1')?.version, '1.0')
  // and only until then
  fleet.asked()
  fleet.replace([item('web-1')])
  assert.equal(fleet.get('web-1')?.status, 'online')
})

test('points move last_seen forwards and bring last values', () => {
  const fleet = new Fleet()
  fleet.replace([item('web-1')])
  assert.equal(fleet.heard(points('web-1', 5000)), false)
  assert.equal(fleet.get('web-1')?.last_seen, 5000)
  fleet.replace([item('web-1')])
  assert.equal(fleet.get('web-1')?.last_seen, 5000)
  assert.deepEqual(fleet.values.of('web-1'), [{ metric: 'cpu', timeMs: 5000, value: 7 }])
})

test('an agent that nobody has listed is noticed, unless a list is on its way', () => {
  const fleet = new Fleet()
  assert.equal(fleet.heard(points('web-2', 5000)), false)
  fleet.asked()
  assert.equal(fleet.heard(points('web-2', 5000)), false)
  fleet.replace([item('web-1')])
  assert.equal(fleet.heard(points('web-2', 5000)), true)
  assert.equal(fleet.apply(offline('web-3')), false)
  assert.equal(fleet.get('web-3')?.status, 'offline')
})

test('the last values on the list are known at once', () => {
  const fleet = new Fleet()
  fleet.replace([item('web-1', { metrics: [{ metric_name: 'cpu', tags: {}, last: { ts: 9, value: 3 } }] })])
  assert.deepEqual(fleet.values.of('web-1'), [{ metric: 'cpu', timeMs: 9, value: 3 }])
})

test('of one agent: what others send and do neither counts nor has its list read again', () => {
  const fleet = new Fleet((agent) => agent === 'web-1')
  fleet.replace([])
  assert.equal(fleet.heard(points('web-2', 5000)), false)
  assert.equal(fleet.apply(offline('web-2')), true)
  assert.deepEqual(fleet.agents, [])
  assert.equal(fleet.heard(points('web-1', 5000)), true)
})
