import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAgentId } from '@streamgauge/core/names.ts'
import { toAgentId, toPoints } from './points.ts'

test('a look becomes one point a reading, all of the same moment', () => {
  const readings = { cpu: 12.3456, memory: 4096, disks: [{ mount: '/', percent: 50.005 }] }
  const common = { timestamp: 1000, agent_id: 'web-1' }
  assert.deepEqual(toPoints(readings, 'web-1', 1000), [
    { metric_name: 'cpu.usage', value: 12.35, ...common },
    { metric_name: 'memory.used', value: 4096, ...common },
    { metric_name: 'disk.usage', value: 50.01, ...common, tags: { mount: '/' } },
  ])
})

test('what could not be read is left out', () => {
  const names = toPoints({ memory: 1, disks: [] }, 'a', 0).map((point) => point.metric_name)
  assert.deepEqual(names, ['memory.used'])
})

test('any host name becomes an agent id', () => {
  const table = {
    'web-1.example.org': 'web-1.example.org',
    'Büro PC': 'B-ro-PC',
    _host: 'host',
    '': 'unnamed',
    ü: 'unnamed',
    ['x'.repeat(300)]: 'x'.repeat(128),
  }
  for (const [hostname, id] of Object.entries(table)) {
    assert.equal(toAgentId(hostname), id)
    assert.ok(isAgentId(toAgentId(hostname)))
  }
})
