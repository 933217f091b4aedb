import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '@streamgauge/adapters/breaker.ts'
import type { AgentRow } from '@streamgauge/adapters/mariadb/agents.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import type { AgentChange } from '@streamgauge/adapters/redis/presence.ts'
import { Fleet } from './fleet.ts'

const acme = { id: 1, name: 'acme' }

function row(agentId: string, more: Partial<AgentRow> = {}): AgentRow {
  return {
    tenant: 'acme',
    tenantId: 1,
    agentId,
    generation: 1,
    enrolledAt: 0,
    revokedAt: null,
    epoch: 5,
    status: 'online',
    reason: null,
    statusAt: 100,
    declaredAt: 90,
    intervalMs: 1_000,
    version: null,
    inventory: null,
    ...more,
  }
}

/** A table that can be away or answer later. */
function setup(stored: AgentRow[]) {
  const state = {
    stored,
    told: [] as AgentChange[],
    away: false,
    reads: 0,
    maxAgeMs: Number.POSITIVE_INFINITY,
  }
  let gate = Promise.resolve()
  const db = {
    query: async (_: string, [, after]: [number, string]) => {
      state.reads++
      const rows = state.stored
        .filter(({ agentId }) => agentId > after)
        .map((each) => ({ ...each, inventory: each.inventory && JSON.stringify(each.inventory) }))
      await gate
      return rows
    },
  } as unknown as Queryable
  const fleet = new Fleet({
    store: {
      away: false,
      read: async (work) => {
        if (state.away) throw new UnavailableError('away')
        return work(db)
      },
      close: () => undefined,
    },
    told: async () => state.told,
    maxAgeMs: () => state.maxAgeMs,
    capacity: 3,
  })
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    return resolve
  }
  const words = () => [...fleet.of('acme').values()].map(({ agentId, reason }) => `${agentId} ${reason}`)
  return { state, fleet, hold, words }
}

test('the table is read once, and again when changes were missed or may be', async () => {
  const { state, fleet } = setup([row('a')])
  await fleet.fill(acme)
  await fleet.fill(acme)
  assert.equal(state.reads, 1)
  fleet.outdate()
  await fleet.fill(acme)
  assert.equal(state.reads, 2)
  state.maxAgeMs = -1
  await fleet.fill(acme)
  assert.equal(state.reads, 3)
})

test('what was missed while the table was read is read once more', async () => {
  const { state, fleet, hold } = setup([row('a')])
  const release = hold()
  const reading = fleet.fill(acme)
  await new Promise(setImmediate)
  fleet.outdate()
  release()
  await reading
  await fleet.fill(acme)
  assert.equal(state.reads, 2)
})

const lost = { status: 'offline', reason: 'lost' } as const
const changes: [what: string, change: Partial<AgentRow>, news: boolean][] = [
  ['a later word', { ...lost, statusAt: 200 }, true],
  ['the same word again', {}, false],
  ['an earlier word', { ...lost, statusAt: 50 }, false],
  ['an earlier word of a later run', { ...lost, epoch: 6, statusAt: 50 }, true],
  ['a later word of an earlier run', { ...lost, epoch: 4, statusAt: 200 }, false],
  ['its revocation', { revokedAt: 60, statusAt: 60 }, true],
  ['its new enrolment', { generation: 2, epoch: null, status: null, statusAt: null }, true],
]
for (const [what, change, news] of changes) {
  test(`${what} is ${news ? 'news' : 'none'}`, async () => {
    const { fleet } = setup([row('a')])
    await fleet.fill(acme)
    assert.equal(fleet.apply(row('a', change)), news)
  })
}

test('what the bell tells while the table is read is not lost, a new agent included', async () => {
  const { fleet, hold, words } = setup([row('a')])
  const release = hold()
  const reading = fleet.fill(acme)
  await new Promise(setImmediate)
  fleet.apply(row('a', { ...lost, statusAt: 200 }))
  fleet.apply(row('b'))
  release()
  await reading
  assert.deepEqual(words(), ['a lost', 'b null'])
})

test('what Redis was told counts where it is newer, never of agents that the table does not know', async () => {
  const { state, fleet, words } = setup([row('a'), row('b')])
  state.told = [row('a', { ...lost, statusAt: 200 }), row('b', { ...lost, statusAt: 50 }), row('ghost')]
  await fleet.fill(acme)
  assert.deepEqual(words(), ['a lost', 'b null'])
})

test('while the table is away what Redis was told is all there is, and the table is asked again', async () => {
  const { state, fleet, words } = setup([row('a')])
  state.told = [row('a', { ...lost, statusAt: 200 })]
  state.away = true
  await assert.rejects(fleet.fill(acme), UnavailableError)
  assert.deepEqual(words(), ['a lost'])
  state.away = false
  await fleet.fill(acme)
  assert.equal(state.reads, 1)
})

test('a change without version and inventory keeps those known', async () => {
  const { fleet } = setup([row('a', { version: '1.2.0', inventory: { os: 'Debian' } })])
  await fleet.fill(acme)
  const { version: _, inventory: __, ...change } = row('a', { ...lost, statusAt: 200 })
  fleet.apply(change)
  assert.partialDeepStrictEqual(fleet.of('acme').get('a'), {
    ...lost,
    version: '1.2.0',
    inventory: { os: 'Debian' },
  })
})

test('over its capacity it forgets the tenants that were asked for least lately', async () => {
  const { fleet } = setup([row('a'), row('b')])
  await fleet.fill(acme)
  await fleet.fill({ id: 2, name: 'other' })
  assert.deepEqual([fleet.of('acme').size, fleet.of('other').size], [0, 2])
})
