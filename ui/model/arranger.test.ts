import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Arranger } from './arranger.ts'
import { Fleet } from './fleet.ts'
import { parseSort } from './fleet-view.ts'

const item = (agent_id: string, last_seen = 0) => ({
  agent_id,
  status: 'online' as const,
  reason: null,
  last_seen,
  interval_ms: 1000,
  metrics: [],
})
const offline = { ...item('web-2'), status: 'offline' as const, reason: 'lost' }
const view = (sort: string, search = '') => ({ search, statuses: [], sort: parseSort(sort) })

function setup() {
  const fleet = new Fleet()
  fleet.replace([item('web-1'), item('web-2')])
  const arranger = new Arranger()
  const ids = (sort: string, now: number, measure = (_: string) => Number.NaN, search = '') =>
    arranger.arrange(fleet, view(sort, search), now, measure).map(({ agent_id }) => agent_id)
  return { fleet, arranger, ids }
}

test('a change of status moves its row at once', () => {
  const { fleet, ids } = setup()
  assert.deepEqual(ids('status', 0), ['web-1', 'web-2'])
  fleet.apply(offline)
  assert.deepEqual(ids('status', 1), ['web-2', 'web-1'])
})

test('rows that move with every point move every two seconds', () => {
  const { ids } = setup()
  const measure = (best: string) => (agent: string) => Number(agent === best)
  assert.deepEqual(ids('-value', 0, measure('web-2')), ['web-2', 'web-1'])
  assert.deepEqual(ids('-value', 1999, measure('web-1')), ['web-2', 'web-1'])
  assert.deepEqual(ids('-value', 2000, measure('web-1')), ['web-1', 'web-2'])
})

test('no row moves under the pointer, but it shows what is true', () => {
  const { fleet, arranger, ids } = setup()
  ids('status', 0)
  arranger.hold('pointer', true)
  fleet.apply(offline)
  assert.deepEqual(ids('status', 9000), ['web-1', 'web-2'])
  assert.equal(arranger.arrange(fleet, view('status'), 9000, () => 0)[1].status, 'offline')
  assert.deepEqual(ids('status', 9000, undefined, 'web-2'), ['web-2'])
  arranger.hold('focus', true)
  arranger.hold('pointer', false)
  fleet.apply({ ...offline, status: 'online', reason: null })
  assert.deepEqual(ids('status', 9000, undefined, 'web-'), ['web-1', 'web-2'])
  fleet.apply(offline)
  assert.deepEqual(ids('status', 9000, undefined, 'web-'), ['web-1', 'web-2'])
  arranger.hold('focus', false)
  assert.deepEqual(ids('status', 9001), ['web-2', 'web-1'])
})
