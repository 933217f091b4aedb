import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentItem } from '../api/types.ts'
import {
  arrange,
  countStatuses,
  defaultSort,
  formatSort,
  mainMetric,
  parseSort,
  pressed,
} from './fleet-view.ts'

function agent(agent_id: string, status: AgentItem['status'], more: Partial<AgentItem> = {}): AgentItem {
  return { agent_id, status, reason: null, last_seen: 0, interval_ms: 1000, metrics: [], ...more }
}
const ids = (agents: readonly AgentItem[]) => agents.map(({ agent_id }) => agent_id)
const fleet = [
  agent('web-10', 'online', { last_seen: 9, version: '1.10.0' }),
  agent('web-2', 'online', { last_seen: 8, version: '1.9.0' }),
  agent('db-1', 'offline', { reason: 'stopped', last_seen: 1 }),
  agent('db-2', 'offline', { reason: 'lost', last_seen: 2 }),
  agent('db-3', 'late', { reason: 'silent', last_seen: 3 }),
  agent('old-1', 'offline', { reason: 'revoked' }),
  agent('pi-1', 'unknown'),
]
const all = { search: '', statuses: [], sort: defaultSort }
const none = (_: string) => Number.NaN

test('what needs an eye comes first, what was stopped or revoked on purpose later', () => {
  const order = ['db-2', 'db-3', 'pi-1', 'db-1', 'web-2', 'web-10', 'old-1']
  assert.deepEqual(ids(arrange(fleet, all, none)), order)
})

test('agents are found by name and status', () => {
  assert.deepEqual(ids(arrange(fleet, { ...all, search: 'WEB' }, none)), ['web-2', 'web-10'])
  assert.deepEqual(ids(arrange(fleet, { ...all, search: 'db', statuses: ['late', 'online'] }, none)), [
    'db-3',
  ])
})

test('every column sorts both ways, numbers by size', () => {
  const web = fleet.slice(0, 2)
  const by = (sort: string, measure = none) => ids(arrange(web, { ...all, sort: parseSort(sort) }, measure))
  assert.deepEqual(by('agent'), ['web-2', 'web-10'])
  assert.deepEqual(by('-agent'), ['web-10', 'web-2'])
  assert.deepEqual(by('seen'), ['web-10', 'web-2'])
  assert.deepEqual(by('version'), ['web-2', 'web-10'])
  assert.deepEqual(
    by('-value', (name) => (name === 'web-2' ? 3 : Number.NaN)),
    ['web-2', 'web-10'],
  )
})

test('a sort and its address name each other, nonsense is the usual order', () => {
  for (const text of ['seen', '-value', '-status']) assert.equal(formatSort(parseSort(text)), text)
  assert.equal(formatSort(parseSort('-nonsense')), undefined)
  assert.deepEqual(pressed(pressed(defaultSort, 'seen'), 'seen'), { key: 'seen', down: true })
})

test('a revoked agent is not counted', () => {
  assert.deepEqual(countStatuses(fleet), { online: 2, late: 1, offline: 2, unknown: 1, all: 6 })
})

test('the metric of a fleet is the one most agents have, of equals the load of the CPU', () => {
  const having = (...names: string[]) =>
    agent('a', 'online', { metrics: names.map((metric_name) => ({ metric_name, tags: {}, last: null })) })
  assert.equal(
    mainMetric([having('a', 'cpu.percent'), having('cpu.percent', 'a'), having('b')]),
    'cpu.percent',
  )
  assert.equal(mainMetric([having('a', 'cpu'), having('a')]), 'a')
  assert.equal(mainMetric([having('cpu.core.usage', 'cpu.usage')]), 'cpu.usage')
  assert.equal(mainMetric([]), undefined)
})
