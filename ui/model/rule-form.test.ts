import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyFields, fieldsOf, readForm } from './rule-form.ts'

const filled = { ...emptyFields, metric_name: 'cpu.usage', threshold: '90' }

test('the form of a rule reads as that rule again, of the version that was shown', () => {
  const rule = {
    ...{
      id: 7,
      version: 2,
      created_at: 1,
      updated_at: 2,
      name: 'CPU hot',
      metric_name: 'cpu.usage',
      operator: '>' as const,
    },
    ...{
      threshold: 90,
      duration: 90,
      agent_id: 'web-1',
      tags: { disk: '/', region: 'eu' },
      keep_firing_for: 60,
    },
    ...{
      clear_threshold: 80,
      no_data: 'alert' as const,
      severity: 'critical' as const,
      channels: [1, 2],
      enabled: false,
    },
  }
  const { id, created_at, updated_at, ...wanted } = rule
  const form = readForm(fieldsOf(rule), rule)
  assert.deepEqual(form, { ok: true, body: wanted })
})

test('what may be left out is left out', () => {
  const form = readForm({ ...filled, duration: '' })
  assert.ok(form.ok)
  assert.equal(form.body.duration, 0)
  for (const field of ['name', 'agent_id', 'clear_threshold'] as const)
    assert.equal(form.body[field], undefined)
})

test('every field that is wrong is named, by the rules of the API', () => {
  const form = readForm({
    ...filled,
    metric_name: '',
    threshold: 'hot',
    duration: 'soon',
    tags: 'eu',
    agent_id: 'a b',
  })
  assert.ok(!form.ok)
  assert.deepEqual(Object.keys(form.faults).sort(), [
    'agent_id',
    'duration',
    'metric_name',
    'tags',
    'threshold',
  ])
  assert.equal(form.faults.threshold, 'must be a number.')
})

test('a threshold to clear at lies on the quiet side', () => {
  const form = readForm({ ...filled, clear_threshold: '95' })
  assert.match(form.ok ? '' : form.faults.clear_threshold, /at most the threshold/)
})
