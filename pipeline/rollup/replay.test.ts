import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { WindowRow } from '@streamgauge/adapters/mariadb/rollup.ts'
import { type WindowLength, windowLengths } from '@streamgauge/core/rollup.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { isDirty, type Memory, newMemory, takeRecords } from './memory.ts'
import { Stop } from './stop.ts'

const minute = 60_000
const day = 86_400_000
const keep = { '1m': 7 * day, '5m': 30 * day }
const base = Math.floor(1_790_000_000_000 / 300_000) * 300_000
const pick = (below: number) => Math.floor(Math.random() * below)

/** The rows and the cursor, which move together, as in MariaDB. */
class Store {
  cursor = { partition: 0, nextSrc: 0, topicOffset: 0, since: 0 }
  readonly rows: Record<WindowLength, Map<string, WindowRow>> = { '1m': new Map(), '5m': new Map() }

  /** What write.ts does in one transaction; false when fenced. */
  write(memory: Memory): boolean {
    const { nextSrc, topicOffset } = memory.saved
    if (this.cursor.nextSrc !== nextSrc || this.cursor.topicOffset !== topicOffset) return false
    for (const length of Object.keys(windowLengths) as WindowLength[]) {
      const windows = memory.windows[length]
      const rows = this.rows[length]
      windows.read(windows.dirty.flatMap(({ series, start }) => rows.get(`${series}@${start}`) ?? []))
      for (const { unread, dirty, turn, ...row } of windows.dirty) rows.set(`${row.series}@${row.start}`, row)
    }
    this.cursor = { ...this.cursor, nextSrc: memory.nextSrc, topicOffset: memory.topicOffset }
    return true
  }
}

/** Marks a memory as write.ts does after the commit; a crash in between leaves that out. */
function committed(memory: Memory): void {
  memory.saved = { nextSrc: memory.nextSrc, topicOffset: memory.topicOffset }
  for (const windows of Object.values(memory.windows)) windows.written()
}

interface Point {
  readonly series: number
  readonly ts: number
  readonly value: number
}

/** A log of records, some of which are published again as after a crash of persist, and the points in their order. */
function drawLog(count: number): { log: LogRecord[]; points: Point[] } {
  const bodies = Array.from({ length: count }, () =>
    Array.from({ length: pick(6) }, () => ({
      series: 1 + pick(3),
      ts: base + pick(8) * 7_001 + pick(3) * minute - (pick(5) === 0 ? pick(20) * minute : 0),
      value: pick(100) - 50,
    })),
  )
  const log: LogRecord[] = []
  const append = (src: number) => {
    const points = bodies[src]
    const batch = {
      v: 1,
      tenant: 'acme',
      received: base,
      series: [],
      sid: points.map(({ series }) => series),
    }
    const columns = {
      s: points.map((_, i) => i),
      t: points.map(({ ts }) => ts),
      x: points.map(({ value }) => value),
    }
    log.push({
      ...{
        partition: 0,
        offset: log.length,
        key: 'acme',
        timestamp: base,
        headers: { [srcHeader]: String(src) },
      },
      value: Buffer.from(JSON.stringify({ ...batch, ...columns })),
    })
  }
  for (let src = 0; src < count; src++) {
    append(src)
    const back = pick(4) === 0 ? 1 + pick(Math.min(5, src + 1)) : 0
    for (let again = src + 1 - back; again <= src; again++) append(again)
  }
  return { log, points: bodies.flat() }
}

function recompute(points: readonly Point[], lengthMs: number): Map<string, WindowRow> {
  const key = ({ series, ts }: Point) => `${series}@${ts - (ts % lengthMs)}`
  const groups = Map.groupBy(points, key)
  return new Map(
    Array.from(groups, ([name, group]): [string, WindowRow] => {
      const order = group.toSorted((a, b) => a.ts - b.ts)
      const values = group.map(({ value }) => value)
      const [first] = order
      const last = order[order.length - 1]
      return [
        name,
        {
          ...{ series: first.series, start: first.ts - (first.ts % lengthMs), count: group.length },
          ...{ sum: values.reduce((a, b) => a + b, 0), min: Math.min(...values), max: Math.max(...values) },
          ...{ first: first.value, firstTs: first.ts, last: last.value, lastTs: last.ts },
        },
      ]
    }),
  )
}

test('late, doubled and replayed records, crashes, replaced and woken owners, and little memory: the rows are a recompute', () => {
  for (let run = 0; run < 300; run++) {
    const { log, points } = drawLog(40)
    const store = new Store()
    /** Whoever believes to own the partition; all but the last have been replaced. */
    const owners: Memory[] = [newMemory(store.cursor)]
    while (store.cursor.topicOffset < log.length) {
      const owner = owners[pick(4) === 0 ? pick(owners.length) : owners.length - 1]
      switch (pick(6)) {
        case 0: // somebody else is assigned, and this one may wake later
          owners.push(newMemory(store.cursor))
          break
        case 1: // a crash, what was taken is gone
          owners[owners.indexOf(owner)] = newMemory(store.cursor)
          break
        case 2: // a crash between the commit and its answer
          store.write(owner)
          owners[owners.indexOf(owner)] = newMemory(store.cursor)
          break
        case 3:
          for (const windows of Object.values(owner.windows)) windows.trim(pick(20))
          break
        case 4:
          if (!isDirty(owner)) break
          if (store.write(owner)) committed(owner)
          else owners[owners.indexOf(owner)] = newMemory(store.cursor)
          break
        default:
          takeRecords(owner, log.slice(owner.topicOffset, owner.topicOffset + 1 + pick(8)), keep)
      }
      if (owners.length > 4) owners.shift()
    }
    for (const length of Object.keys(windowLengths) as WindowLength[]) {
      const sorted = (rows: Map<string, WindowRow>) => [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(sorted(store.rows[length]), sorted(recompute(points, windowLengths[length])), length)
    }
  }
})

test('a record that is missing stops the partition at the one before it', () => {
  const { log } = drawLog(10)
  const memory = newMemory({ partition: 0, nextSrc: 0, topicOffset: 0, since: 0 })
  const holed = log.filter(({ headers }) => headers[srcHeader] !== '5')
  assert.throws(
    () => takeRecords(memory, holed, keep),
    (error) => error instanceof Stop && error.code === 'GAP',
  )
  // What is below the hole may have been published again after it: the first record above it is where reading goes on.
  const above = holed.findIndex(({ headers }) => Number(headers[srcHeader]) > 5)
  assert.deepEqual([memory.nextSrc, memory.topicOffset <= holed[above].offset], [5, true])
})

test('what persist has not written stops the partition', () => {
  const [record] = drawLog(1).log
  const bad = ['rubbish', '{"v":1}', '{"v":1,"received":1,"sid":[],"s":[0],"t":[1],"x":[1]}']
  const records = [
    { ...record, headers: {} },
    ...bad.map((text) => ({ ...record, value: Buffer.from(text) })),
  ]
  for (const one of records) {
    const memory = newMemory({ partition: 0, nextSrc: 0, topicOffset: 0, since: 0 })
    assert.throws(() => takeRecords(memory, [one], keep), { code: 'UNREADABLE' })
    assert.equal(memory.topicOffset, 0)
  }
})

test('a point in a window that is no longer kept is counted, and goes to the windows that are', () => {
  const memory = newMemory({ partition: 0, nextSrc: 0, topicOffset: 0, since: 0 })
  const ages = [7 * day, 7 * day - 1, 8 * day, 30 * day - 1, 31 * day]
  const t = ages.map((age) => base - age)
  const batch = { v: 1, received: base, sid: [1], s: t.map(() => 0), t, x: t.map(() => 1) }
  const [record] = drawLog(1).log
  const { points, expired } = takeRecords(
    memory,
    [{ ...record, value: Buffer.from(JSON.stringify(batch)) }],
    keep,
  )
  assert.deepEqual([points, expired], [5, { '1m': 3, '5m': 1 }])
})
