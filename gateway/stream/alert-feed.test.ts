import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transition } from '@streamgauge/core/transition.ts'
import { AlertFeed } from './alert-feed.ts'
import { AlertFeeds } from './alert-feeds.ts'
import { makeFilter } from './filter.ts'
import { batchOf, entryOf } from './fixture.ts'
import { Reader } from './reader.ts'
import { ReplayRing } from './ring.ts'
import { Views } from './views.ts'

function change(id: number, metric = 'cpu', agent: string | null = 'web-1'): Transition {
  return {
    ...{
      id,
      rule_id: 1,
      rule_name: 'r',
      severity: 'info',
      series: [metric, agent, {}],
      from: 'OK',
      to: 'FIRING',
    },
    ...{ reason: 'threshold', value: 2, threshold: 1, at: 5, position: '3:7' },
  }
}

/** The ids in `alert` events. */
const idsIn = (frames: Buffer | undefined | 'lost') =>
  typeof frames === 'object'
    ? [...frames.toString().matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))
    : frames

/** A stream over a ring that was read up to 9 and a feed that has told `before`, with a socket that can be blocked. */
function setup(...before: Transition[]) {
  const ring = new ReplayRing()
  ring.anchor(3, 9)
  const alerts = new AlertFeed()
  for (const each of before) alerts.tell(each)
  const socket = { flows: true }
  const written: string[] = []
  const reader = new Reader({
    ...{ partition: 3, tenant: 'a', filter: undefined, ring, views: new Views(), alerts },
    sink: {
      write(frame) {
        const text = frame.toString()
        written.push(/^event: (\w+)/.exec(text)?.[1] ?? 'id', ...(idsIn(frame) as number[]).map(String))
        return socket.flows
      },
    },
  })
  return { ring, alerts, reader, socket, take: () => written.splice(0).join(' ') }
}

test('a stream is told of what comes after it opened, after the points that wait', () => {
  const { ring, alerts, reader, take } = setup(change(1))
  reader.open(undefined, 0)
  assert.equal(take(), 'id')
  alerts.tell(change(2))
  ring.add('a', entryOf(batchOf('a', 10), 10))
  reader.pump(0)
  assert.equal(take(), 'points alert 2')
  reader.pump(0)
  assert.equal(take(), '')
})

test('an event is one line of data without an id', () => {
  const feed = new AlertFeed()
  feed.tell({ ...change(1), rule_name: 'two\nlines' })
  const lines = String(feed.after(0, undefined)).split('\n')
  assert.deepEqual(
    [lines[0], lines.length, JSON.parse(lines[1].slice(6)).rule_name],
    ['event: alert', 4, 'two\nlines'],
  )
})

test('a filtered stream is told of its metrics and agents only', () => {
  const feed = new AlertFeed()
  feed.tell(change(1, 'cpu', 'web-1'))
  feed.tell(change(2, 'disk', 'web-1'))
  feed.tell(change(3, 'disk', null))
  const table: [metrics: string[], agents: string[], ids: number[] | undefined][] = [
    [[], [], [1, 2, 3]],
    [['disk'], [], [2, 3]],
    [[], ['web-1'], [1, 2]],
    [['disk'], ['web-1'], [2]],
    [['mem'], [], undefined],
  ]
  for (const [metrics, agents, ids] of table) {
    assert.deepEqual(idsIn(feed.after(0, makeFilter(metrics, agents))), ids, `${metrics} ${agents}`)
  }
  assert.deepEqual(idsIn(feed.after(2, undefined)), [3])
})

test('a blocked stream gets what it missed, and a resync when that is no longer there', () => {
  const { alerts, reader, socket, take } = setup()
  socket.flows = false
  reader.open(undefined, 0)
  for (let id = 1; id <= 3; id++) alerts.tell(change(id))
  reader.pump(0)
  assert.equal(take(), 'id')
  socket.flows = true
  reader.drained(0)
  assert.equal(take(), 'alert 1 2 3')
  for (let id = 4; id <= 2_000; id++) alerts.tell(change(id))
  reader.pump(0)
  assert.equal(take(), 'resync')
  alerts.tell(change(2_001))
  reader.pump(0)
  assert.equal(take(), 'alert 2001')
})

test('a change of state that is published twice is told once, and to the streams of its tenant', () => {
  const open = new Set(['a', 'b'])
  const feeds = new AlertFeeds((tenant) => open.has(tenant))
  const [a, b] = [feeds.open('a'), feeds.open('b')]
  assert.deepEqual(
    [
      feeds.take('a', change(1)),
      feeds.take('a', change(1)),
      feeds.take('b', change(2)),
      feeds.take('c', change(3)),
    ],
    [true, false, true, false],
  )
  assert.deepEqual([idsIn(a.after(0, undefined)), idsIn(b.after(0, undefined))], [[1], [2]])
  open.delete('a')
  assert.equal(feeds.take('a', change(4)), false)
  feeds.sweep()
  assert.notEqual(feeds.open('a'), a)
  assert.equal(feeds.open('b'), b)
})
