import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Transitions } from './transitions.ts'

const state = (agent_id: string, status: 'online' | 'offline', reason: string | null = null) => ({
  agent_id,
  status,
  reason,
  last_seen: 0,
  interval_ms: null,
})

test('one change is told by name, several by their number', () => {
  const transitions = new Transitions()
  assert.equal(transitions.tell(0), undefined)
  transitions.note(state('web-1', 'offline', 'lost'))
  assert.equal(transitions.tell(0), 'web-1 is offline, lost')
  transitions.note(state('web-1', 'online'))
  transitions.note(state('web-2', 'offline'))
  transitions.note(state('web-3', 'offline'))
  assert.equal(transitions.tell(3000), '3 agents changed: 1 online, 2 offline')
})

test('a fleet that flaps is told of every three seconds, an agent with its last status', () => {
  const transitions = new Transitions()
  transitions.note(state('web-1', 'offline', 'silent'))
  transitions.tell(0)
  transitions.note(state('web-1', 'online'))
  assert.equal(transitions.tell(2999), undefined)
  transitions.note(state('web-1', 'offline', 'lost'))
  assert.equal(transitions.tell(3000), 'web-1 is offline, lost')
  assert.equal(transitions.tell(9000), undefined)
})
