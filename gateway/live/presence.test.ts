import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { Presence } from './presence.ts'

const start = 1_790_000_000_000

function record(tenant: string, received: number, points: [SeriesName, number, number][]): Batch {
  return {
    v: 1,
    tenant,
    received,
    series: points.map(([name]) => name),
    sid: points.map(([[metric]]) => ids.indexOf(metric) + 1),
    s: points.map((_, i) => i),
    t: points.map(([, t]) => t),
    x: points.map(([, , x]) => x),
  }
}
const ids = ['cpu', 'mem', 'disk']
const cpu: SeriesName = ['cpu', 'web-1', {}]
const mem: SeriesName = ['mem', 'web-1', {}]

test('an agent was last seen when its newest record was accepted, whatever its points say', () => {
  const presence = new Presence()
  presence.note(record('a', start, [[cpu, start - 86_400_000, 1]]))
  assert.equal(presence.agents('a').get('web-1')?.lastSeen, start)
  assert.deepEqual(presence.last('a', 1), { ts: start - 86_400_000, value: 1 })
})

test('an older point does not take the place of a newer one', () => {
  const presence = new Presence()
  presence.note(record('a', start, [[cpu, start, 2]]))
  presence.note(record('a', start + 5, [[cpu, start - 1000, 1]]))
  assert.deepEqual(presence.last('a', 1), { ts: start, value: 2 })
})

test('the interval is that of the most frequent series, and one outage does not change it', () => {
  const presence = new Presence()
  for (const second of [0, 5, 10, 300, 305, 310]) {
    const at = start + second * 1000
    presence.note(record('a', at, [[cpu, at, 1]]))
    if (second % 10 === 0) presence.note(record('a', at + 300, [[mem, at + 300, 1]]))
  }
  assert.equal(presence.agents('a').get('web-1')?.intervalMs, 5_000)
})

test('an interval below a second reads as one second, and one point has none', () => {
  const presence = new Presence()
  presence.note(record('a', start, [[cpu, start, 1]]))
  assert.equal(presence.agents('a').get('web-1')?.intervalMs, null)
  presence.note(record('a', start + 15, [[cpu, start + 15, 1]]))
  assert.equal(presence.agents('a').get('web-1')?.intervalMs, 1_000)
})

test('the series of an agent are in the order of their names, the newest of them included', () => {
  const presence = new Presence()
  const names = () => presence.series('a', 'web-1').map(({ name: [metric] }) => metric)
  presence.note(record('a', start, [[mem, start, 1]]))
  assert.deepEqual(names(), ['mem'])
  presence.note(record('a', start, [[cpu, start, 1]]))
  assert.deepEqual(names(), ['cpu', 'mem'])
})

test('points without an agent belong to no agent', () => {
  const presence = new Presence()
  presence.note(record('a', start, [[['cpu', null, {}], start, 1]]))
  assert.equal(presence.agents('a').size, 0)
  assert.deepEqual(presence.last('a', 1), { ts: start, value: 1 })
})

test('what the database holds fills in, and never replaces what came live', () => {
  const presence = new Presence()
  presence.note(record('a', start, [[cpu, start, 9]]))
  const stored = (name: SeriesName, id: number) => ({
    id,
    name,
    points: [3, 2, 1].map((i) => ({ ts: start - 10_000 + i * 2000, value: i })),
  })
  presence.add('a', [stored(cpu, 1), stored(['disk', 'db-1', {}], 3)], start)
  assert.deepEqual(presence.last('a', 1), { ts: start, value: 9 })
  const agents = presence.agents('a')
  assert.deepEqual([...agents.keys()], ['web-1', 'db-1'])
  const db = agents.get('db-1')
  assert.deepEqual([db?.lastSeen, db?.intervalMs], [start - 4_000, 2_000])
})

test('over its capacity it forgets the tenant that was quiet longest', () => {
  const presence = new Presence(2)
  for (const tenant of ['a', 'b', 'a', 'c']) presence.note(record(tenant, start, [[cpu, start, 1]]))
  assert.deepEqual(
    ['a', 'b', 'c'].map((tenant) => presence.last(tenant, 1) !== undefined),
    [true, false, true],
  )
})

test('a tenant that was forgotten has to be read from the database again', () => {
  const presence = new Presence(1)
  presence.add('a', [], start)
  assert.equal(presence.complete('a'), true)
  presence.note(record('b', start, [[cpu, start, 1]]))
  presence.note(record('c', start, [[cpu, start, 1]]))
  presence.note(record('a', start, [[cpu, start, 1]]))
  assert.equal(presence.complete('a'), false)
})
