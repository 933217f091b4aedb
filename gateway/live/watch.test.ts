import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentState } from '@streamgauge/core/agent-status.ts'
import { audienceOf } from './audience.ts'
import { Watch } from './watch.ts'

const state = (status: AgentState['status'], reason: AgentState['reason'] = null): AgentState => ({
  status,
  reason,
  lastSeen: 7,
  intervalMs: 1_000.4,
})

/** The agents named in what a stream at `version` is sent, with their status. */
function sent(watch: Watch, version: number, agents?: string[]): string[] {
  const text = watch.after(version, agents && audienceOf(new Set(agents)))?.toString() ?? ''
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => {
    const { agent_id, status } = JSON.parse(json)
    return `${agent_id} ${status}`
  })
}

test('an event names the agent and its state, and has no id', () => {
  const watch = new Watch()
  watch.tell({ agent: 'a', state: state('offline', 'lost') })
  assert.equal(
    watch.after(0, undefined)?.toString(),
    'event: agent\ndata: {"agent_id":"a","status":"offline","reason":"lost","last_seen":7,"interval_ms":1000}\n\n',
  )
})

test('a brief audience is not told how often an agent is heard', () => {
  const watch = new Watch()
  watch.tell({ agent: 'a', state: state('online') })
  watch.tell({ agent: 'b', state: state('online') })
  const has = (agent: string) => agent === 'a'
  assert.equal(
    watch.after(0, { has, key: 'a', brief: true })?.toString(),
    'event: agent\ndata: {"agent_id":"a","status":"online","reason":null,"last_seen":7}\n\n',
  )
})

test('only a change of status or reason is news', () => {
  const watch = new Watch()
  const tell = (word: AgentState) => watch.tell({ agent: 'a', state: word })
  const words = [state('online'), { ...state('online'), lastSeen: 9 }, state('offline', 'lost')]
  assert.deepEqual([...words, state('offline', 'silent')].map(tell), [true, false, true, true])
  assert.equal(watch.version, 3)
})

test('what was known before a stream opened is not told to it', () => {
  const watch = new Watch()
  watch.tell({ agent: 'a', state: state('online') }, true)
  assert.equal(watch.after(watch.version, undefined), undefined)
  watch.tell({ agent: 'b', state: state('online') })
  assert.deepEqual(sent(watch, 0), ['b online'])
})

test('a stream that could not listen hears the last state of each agent that changed, and of no other', () => {
  const watch = new Watch()
  for (const agent of ['a', 'b', 'c']) watch.tell({ agent, state: state('online') })
  const { version } = watch
  for (const word of [
    state('late', 'silent'),
    state('offline', 'silent'),
    state('online'),
    state('late', 'silent'),
  ])
    watch.tell({ agent: 'b', state: word })
  watch.tell({ agent: 'c', state: state('offline', 'stopped') })
  assert.deepEqual(sent(watch, version), ['b late', 'c offline'])
  assert.deepEqual(sent(watch, version, ['c']), ['c offline'])
  assert.deepEqual(sent(watch, version, ['a']), [])
  assert.deepEqual(sent(watch, watch.version), [])
})

test('after more changes than are remembered a stream still hears of all that changed', () => {
  const watch = new Watch()
  watch.tell({ agent: 'first', state: state('online') })
  const { version } = watch
  for (let i = 0; i < 5_000; i++) {
    watch.tell({ agent: `agent-${i % 7}`, state: state(Math.floor(i / 7) % 2 ? 'online' : 'unknown') })
  }
  assert.equal(sent(watch, version).length, 7)
  assert.equal(sent(watch, 0).length, 8)
})
