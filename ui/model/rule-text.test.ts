import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitText, ruleText } from './rule-text.ts'

const rule = { metric_name: 'cpu.usage', operator: '>', threshold: 90, duration: 10 } as const

test('a rule reads as a sentence', () => {
  assert.equal(ruleText(rule), 'cpu.usage above 90 for 10 s on every agent')
  assert.equal(
    ruleText({ ...rule, operator: '<=', duration: 0, agent_id: 'web-1' }),
    'cpu.usage at or below 90 on web-1',
  )
  assert.equal(
    ruleText({ ...rule, tags: { region: 'eu' }, clear_threshold: 80, keep_firing_for: 90, no_data: 'alert' }),
    'cpu.usage above 90 for 10 s on every agent with region=eu; resolves at or below 80; keeps firing for 1 min 30 s after the first value that does not breach; alerts when no data comes',
  )
})

test('a threshold keeps its digits and has the unit of its metric', () => {
  assert.equal(limitText(90.125, 'cpu.percent'), '90.125 %')
  assert.equal(limitText(2 ** 31, 'memory.used_bytes'), '2 GiB')
  assert.equal(limitText(1_000_000_001, 'memory.used_bytes'), '1000000001 B')
  assert.equal(limitText(250, 'http.latency_ms'), '250 ms')
})
