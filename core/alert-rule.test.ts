import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertRule, writeAlertRule } from './alert-rule.ts'

const least = { metric_name: 'cpu', operator: '>', threshold: 90 }
const kept = { id: 7, version: 2, createdAt: 1_000, updatedAt: 2_000 }

/** What is wrong with the least rule and these fields: `field: detail`, one a line. */
function faults(more: object): string {
  const read = readAlertRule({ ...least, ...more })
  return read.ok ? '' : read.faults.map(({ field, detail }) => `${field}: ${detail}`).join('\n')
}

test('a rule needs a metric, an operator and a threshold; the rest has defaults', () => {
  const read = readAlertRule(least)
  assert.ok(read.ok)
  assert.deepEqual(writeAlertRule(read.value, kept), {
    ...{ id: 7, name: 'cpu > 90', metric_name: 'cpu', operator: '>', threshold: 90, duration: 0 },
    ...{ agent_id: null, tags: {}, keep_firing_for: 0, clear_threshold: null, no_data: 'keep' },
    ...{ severity: 'warning', channels: [], enabled: true, version: 2, created_at: 1_000, updated_at: 2_000 },
  })
  const empty = readAlertRule({})
  assert.deepEqual(!empty.ok && empty.faults.map(({ field }) => field), [
    'metric_name',
    'operator',
    'threshold',
  ])
})

test('what was read can be sent back and is the same rule', () => {
  const read = readAlertRule({
    ...{
      ...least,
      name: 'Hot',
      duration: 1.5,
      agent_id: 'web-1',
      tags: { z: '1', a: '2' },
      keep_firing_for: 60,
    },
    ...{ clear_threshold: 80, no_data: 'alert', severity: 'critical', channels: [3, 1], enabled: false },
  })
  assert.ok(read.ok)
  assert.equal(read.value.durationMs, 1_500)
  assert.deepEqual(Object.keys(read.value.tags), ['a', 'z'])
  assert.deepEqual(readAlertRule(writeAlertRule(read.value, kept)), read)
})

test('every fault is told with its field, in words', () => {
  const table: [more: object, wanted: RegExp][] = [
    [{ metric_name: '' }, /^metric_name: must have 1 to 200 characters/],
    [{ metric_name: 'a\u0000' }, /^metric_name: /],
    [{ metric_name: 5 }, /^metric_name: /],
    [{ name: 'x'.repeat(201) }, /^name: must have 1 to 200/],
    [{ name: ' ' }, /^name: /],
    [{ operator: '=' }, /^operator: must be one of > >= < <= == !=\./],
    [{ threshold: '90' }, /^threshold: must be a finite number/],
    [{ threshold: Number.POSITIVE_INFINITY }, /^threshold: /],
    [{ threshold: null }, /^threshold: is missing/],
    [{ duration: -1 }, /^duration: must be a number of seconds from 0 to 604800\./],
    [{ duration: 604_801 }, /^duration: /],
    [{ duration: '10s' }, /^duration: /],
    [{ keep_firing_for: -1 }, /^keep_firing_for: /],
    [{ agent_id: 'a b' }, /^agent_id: must have 1 to 128/],
    [{ tags: [] }, /^tags: must be a flat object/],
    [{ tags: { a: 1 } }, /^tags: .*the value of "a" must be a string/],
    [{ tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [i, ''])) }, /^tags: .*33 tags/],
    [{ clear_threshold: 91 }, /^clear_threshold: must be at most the threshold, 90/],
    [{ operator: '<', clear_threshold: 89 }, /^clear_threshold: must be at least/],
    [{ operator: '==', clear_threshold: 90 }, /^clear_threshold: has no meaning with ==/],
    [{ no_data: 'no' }, /^no_data: must be one of keep alert ok/],
    [{ severity: 'high' }, /^severity: must be one of info warning critical/],
    [{ channels: 1 }, /^channels: must be an array of at most 10/],
    [{ channels: [0] }, /^channels\.0: must be the id of a channel/],
    [{ channels: [1, '2'] }, /^channels\.1: /],
    [{ channels: [1, 1] }, /^channels: names something twice/],
    [{ channels: Array.from({ length: 11 }, (_, i) => i + 1) }, /^channels: must be an array of at most 10/],
    [{ enabled: 'yes' }, /^enabled: must be true or false/],
    [{ metric: 'cpu' }, /^metric: is not known; there are name, metric_name/],
    [{ severity: 'high', enabled: 1 }, /^severity: .*\nenabled: /],
  ]
  for (const [more, wanted] of table) assert.match(faults(more), wanted, JSON.stringify(more))
  for (const body of [null, 'x', [], 5]) assert.equal(readAlertRule(body).ok, false)
})

test('optional fields may be null, and the name of a rule without one fits', () => {
  assert.equal(faults({ agent_id: null, clear_threshold: null, tags: null, name: null }), '')
  const read = readAlertRule({ ...least, metric_name: '😀'.repeat(100), threshold: -1.7976931348623157e308 })
  assert.ok(read.ok && read.value.name.length <= 200 && read.value.name.isWellFormed())
})
