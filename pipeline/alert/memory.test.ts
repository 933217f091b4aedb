import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { Memory } from './memory.ts'
import { RuleBook } from './rules.ts'
import { takePoint } from './watch.ts'

const deletedAt = 1_790_000_000_000
const minute = 60_000
const series: SeriesName = ['cpu', 'a', {}]
const rule: AlertRuleVersion = {
  ...{ id: 1, tenantId: 1, tenant: 'acme', name: 'hot', severity: 'warning', channels: [], enabled: true },
  ...{ version: 1, updatedAt: 0, isDeleted: false, metricName: 'cpu', agentId: null, tags: {} },
  ...{ operator: '>', threshold: 5, durationMs: 0, keepFiringMs: 0, clearThreshold: null, noData: 'keep' },
}

test('a deleted rule costs nothing once what was received before is past, and is held against that until then', () => {
  const book = new RuleBook({
    query: async () => [],
    execute: async () => ({ affectedRows: 0, insertId: 0 }),
  })
  const cursor = { partition: 0, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }
  const memory = new Memory(cursor, [], book)
  const found = (received: number) => memory.watchesOf('acme', 7, series, received)
  const ids = (received: number) => found(received).map((watch) => watch.rule.id)
  const rules = [1, 2, 3].map((id) => ({ ...rule, id }))
  book.take(rules)
  const point = { received: deletedAt - 1, src: 0, at: deletedAt - 1, value: 9 }
  for (const watch of found(point.received).slice(0, 2))
    takePoint(memory, watch, point, { graceMs: 1_000, shared: {} })
  memory.written()
  book.take(rules.map((one) => (one.id === 1 ? one : { ...one, updatedAt: deletedAt, isDeleted: true })))
  const late = deletedAt + 10 * minute
  assert.deepEqual(ids(deletedAt - 1), [1, 2, 3])
  assert.deepEqual(ids(late - 1), [1, 2, 3])
  assert.deepEqual(ids(late), [1, 2], 'what still fires has to end')
  memory.tick(late, late, 1_000)
  assert.deepEqual(
    memory.alerts.map(({ alert }) => [alert.rule.id, alert.reason]),
    [[2, 'rule_deleted']],
  )
  assert.deepEqual(ids(late), [1, 2], 'nor is it forgotten before that is written')
  memory.written()
  assert.deepEqual(ids(late), [1])
  assert.equal(memory.size, 1)
  const anew = new Memory(cursor, [], book)
  assert.equal(anew.watchesOf('acme', 7, series, late).length, 1)
})
