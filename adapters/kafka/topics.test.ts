import assert from 'node:assert/strict'
import { test } from 'node:test'
import { topics } from '@streamgauge/core/topics.ts'
import { creation } from './topics.ts'

function configOf(replicationFactor: number): Record<string, string> {
  const { configEntries = [] } = creation(topics.ingest, {
    prefix: '',
    replicationFactor,
    retentionBytes: -1,
  })
  return Object.fromEntries(configEntries.map(({ name, value }) => [name, value]))
}

test('where there are three replicas, what is acknowledged is on two of them', () => {
  assert.deepEqual(
    [3, 5].map((replicas) => configOf(replicas)['min.insync.replicas']),
    ['2', '2'],
  )
  // With fewer a broker that is down would hold everything up.
  assert.deepEqual(
    [1, 2].map((replicas) => configOf(replicas)['min.insync.replicas']),
    [undefined, undefined],
  )
})
