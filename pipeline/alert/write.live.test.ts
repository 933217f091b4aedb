import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertRuleVersion } from '@streamgauge/adapters/mariadb/alert-rules.ts'
import { insertFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { alertGroup } from '@streamgauge/core/topics.ts'
import { outbox } from '../notify/testing.ts'
import { Memory } from './memory.ts'
import { RuleBook } from './rules.ts'
import { takePoint, type Watch } from './watch.ts'
import { writeMemory } from './write.ts'

const now = 1_790_000_000_000

test('what is rolled back has told nobody, and what is written later finds those who were told', async () => {
  await using store = await outbox()
  const { db } = store
  const channel = await store.webhook('http://hook.test')
  const book = new RuleBook(db)
  const rule: AlertRuleVersion = {
    ...{ id: 1, tenantId: 1, tenant: 'acme', name: 'hot', severity: 'warning', channels: [channel] },
    ...{
      version: 1,
      updatedAt: 0,
      isDeleted: false,
      metricName: 'cpu',
      agentId: null,
      tags: {},
      enabled: true,
    },
    ...{ operator: '>', threshold: 5, durationMs: 0, keepFiringMs: 0, clearThreshold: null, noData: 'keep' },
  }
  book.take([rule])
  const cursor = { partition: 0, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }
  await insertFollowers(db, alertGroup, [cursor])
  const memory = new Memory(cursor, [], book)
  const [watch] = memory.watchesOf('acme', 7, ['cpu', null, {}], now)
  const take = (value: number, src: number) => {
    takePoint(
      memory,
      watch,
      { received: now + src, src, at: now + src, value },
      { graceMs: 1_000, shared: {} },
    )
    memory.nextSrc = memory.topicOffset = src + 1
  }
  const known = ({ alertId, told }: Watch) => ({ alertId, told })

  take(9, 0)
  const fails = (at: string) => {
    if (at === 'alert_moved') throw new Error('the connection is lost')
  }
  await assert.rejects(writeMemory(db, memory, now, fails), /the connection is lost/)
  assert.deepEqual(known(watch), { alertId: null, told: undefined })
  assert.deepEqual(await db.query('SELECT id FROM deliveries'), [])

  await writeMemory(db, memory, now)
  const [{ id }] = await db.query<{ id: number }>('SELECT id FROM alerts')
  assert.deepEqual(known(watch), { alertId: id, told: { open: true, last: { [channel]: id } } })
  take(1, 1)
  await writeMemory(db, memory, now)
  const told = await db.query<{ id: number; kind: string; after: number | null }>(
    'SELECT id, kind, after_delivery AS after FROM deliveries ORDER BY id',
  )
  assert.deepEqual(
    told.map(({ kind, after }) => [kind, after]),
    [
      ['firing', null],
      ['resolved', told[0].id],
    ],
  )
})
