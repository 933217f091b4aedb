import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMetricTopic, readStatusTopic } from './mqtt-topic.ts'

test('a topic of a measurement has exactly four levels, each a valid name', () => {
  const cases: [topic: string, expected: string[] | RegExp][] = [
    ['metrics/acme/web-1/cpu', ['acme', 'web-1', 'cpu']],
    ['metrics/acme/web-1/cpu.usage', ['acme', 'web-1', 'cpu.usage']],
    ['metrics/acme/web-1/_batch', ['acme', 'web-1', '_batch']],
    ['metrics/acme/web-1', /3 levels/],
    ['metrics/acme/web-1/cpu/core0', /5 levels/],
    ['metrics/acme/web-1/', /metric is empty/],
    ['metrics//web-1/cpu', /tenant/],
    ['metrics/Acme/web-1/cpu', /tenant/],
    ['metrics/acme//cpu', /agent/],
    ['metrics/acme/a b/cpu', /agent/],
    ['/metrics/acme/web-1/cpu', /begin/],
    ['Metrics/acme/web-1/cpu', /begin/],
    ['metrics', /1 levels/],
    ['', /begin/],
  ]
  for (const [text, expected] of cases) {
    const reading = readMetricTopic(text)
    if (expected instanceof RegExp) {
      assert.equal(reading.ok, false, text)
      assert.match(reading.ok ? '' : reading.detail, expected, text)
    } else {
      const [tenant, agent, metric] = expected
      assert.deepEqual(reading, { ok: true, topic: { tenant, agent, metric } }, text)
    }
  }
})

test('only the status of an agent is read as one', () => {
  assert.deepEqual(readStatusTopic('agents/acme/web-1/status'), { tenant: 'acme', agent: 'web-1' })
  for (const other of [
    'agents/acme/web-1/other',
    'agents/acme/status',
    'agents/acme/web-1/status/x',
    'agents//web-1/status',
    'metrics/acme/web-1/status',
  ]) {
    assert.equal(readStatusTopic(other), undefined, other)
  }
})
