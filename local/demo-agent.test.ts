import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEnrolledAgentId } from '@streamgauge/core/names.ts'
import { machineAgentId } from './demo-agent.ts'

test('any host name becomes an agent id', () => {
  const table = {
    'Web-1.example.org': 'web-1-example-org',
    'Büro PC': 'b-ro-pc',
    _host: 'host',
    ü: 'machine',
    ['X'.repeat(300)]: 'x'.repeat(63),
  }
  for (const [name, id] of Object.entries(table)) {
    assert.equal(machineAgentId(name), id)
    assert.ok(isEnrolledAgentId(id))
  }
})
