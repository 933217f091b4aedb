import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { type Batch, emptyBatch } from '@streamgauge/core/batch.ts'
import { positionOf } from '@streamgauge/core/position.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import type { Sent } from './ledger.ts'
import { type Evidence, type Flaws, judge, type StoredRow } from './verdict.ts'

const partition = 3
const rawRetentionMs = 1_000_000
const series: Batch['series'][0] = ['load', 'a-0', {}]

function record(offset: number, value: string | Batch, src?: number): LogRecord {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const headers: Record<string, string> = src === undefined ? {} : { src: String(src) }
  return { partition, offset, key: 'acme', value: Buffer.from(text), headers, timestamp: 1 }
}

function batch(x: number[], more: Partial<Batch> = {}): Batch {
  const zeros = x.map(() => 0)
  return {
    v: 1,
    tenant: 'acme',
    received: 5,
    series: [series],
    s: zeros,
    t: x.map((value) => 1_000 + value),
    x,
    ...more,
  }
}

function row(offset: number, index: number, value: number): StoredRow {
  const position = positionOf(offset, index)
  return { partition, series: seriesIdentity(series), sid: 7, ts: 1_000 + value, position, value }
}

function sent(first: number, count: number, state: Sent['state'], kind: Sent['kind'] = 'plain'): Sent {
  return { tenant: 'acme', kind, first, count, level: 0, state }
}

/** Four records: two points, one of them again under its id, rubbish, and one more point; all as it should be. */
function flawless() {
  const twice = { ids: ['point-0', 'point-1'] }
  return {
    sent: [
      sent(0, 2, 'acknowledged', 'dedupe_id'),
      sent(2, 1, 'acknowledged'),
      sent(3, 1, 'refused'),
      sent(4, 1, 'open'),
    ],
    ingest: [
      record(0, batch([0, 1], twice)),
      record(1, batch([0, 1], twice)),
      record(2, 'rubbish'),
      record(3, batch([2])),
    ],
    persisted: [
      record(0, batch([0, 1], { ...twice, sid: [7] }), 0),
      record(1, emptyBatch('acme', 5), 1),
      record(2, emptyBatch('acme', 1), 2),
      record(3, emptyBatch('acme', 5), 1),
      record(4, batch([2], { sid: [7] }), 3),
    ],
    rows: [row(0, 0, 0), row(0, 1, 1), row(3, 0, 2)],
    series: new Map([[7, { partition, series: seriesIdentity(series) }]]),
    rawRetentionMs,
    dead: [{ partition, offset: 2 }],
    letters: [{ partition, offset: 2 }],
    rubbish: [{ partition, offset: 2 }],
  }
}

function flawsOf(change: (evidence: ReturnType<typeof flawless>) => Partial<Evidence>): Partial<Flaws> {
  const evidence = flawless()
  const { flaws } = judge({ ...evidence, ...change(evidence) })
  return Object.fromEntries(Object.entries(flaws).filter(([, count]) => count > 0))
}

test('what is as it should be has no flaw, and its repetitions are counted', () => {
  assert.deepEqual(
    flawsOf(() => ({})),
    {},
  )
  const { counts } = judge(flawless())
  assert.deepEqual(counts, { sent: 5, acknowledged: 3, records: 4, rows: 3, republished: 1, dead: 1 })
})

test('every flaw is found by itself', () => {
  const cases: [Partial<Flaws>, (evidence: ReturnType<typeof flawless>) => Partial<Evidence>][] = [
    [{ lost: 1 }, ({ sent: all }) => ({ sent: [...all, sent(5, 1, 'acknowledged')] })],
    [{ lost: 1, unstored: 1, publishedNotRows: 1 }, ({ rows }) => ({ rows: rows.slice(0, 2) })],
    [{ doubled: 1, rowsNotInLog: 1, publishedNotRows: 1 }, ({ rows }) => ({ rows: [...rows, row(1, 0, 0)] })],
    [{ refusedButStored: 1 }, ({ sent: all }) => ({ sent: [...all.slice(0, 1), sent(2, 1, 'refused')] })],
    [{ rowsNotInLog: 1 }, ({ rows }) => ({ rows: [...rows, row(9, 0, 4)] })],
    [{ holes: 2 }, ({ persisted }) => ({ persisted: [persisted[0], persisted[4]] })],
    [{ holes: 1 }, ({ persisted }) => ({ persisted: persisted.slice(0, 4) })],
    [{ holes: 2 }, ({ persisted: [a, b, c, d, e] }) => ({ persisted: [a, c, b, d, e] })],
    [{ differing: 1 }, ({ persisted }) => ({ persisted: [...persisted, record(5, batch([]), 1)] })],
    [
      { publishedNotRows: 1 },
      ({ persisted }) => ({ persisted: [...persisted.slice(0, 4), record(4, batch([2], { sid: [8] }), 3)] }),
    ],
    [{ deadWrong: 1 }, () => ({ letters: [] })],
    [{ deadWrong: 1 }, () => ({ dead: [] })],
    [{ deadWrong: 1 }, () => ({ rubbish: [] })],
  ]
  for (const [expected, change] of cases) assert.deepEqual(flawsOf(change), expected)
})

/** The point 5 is older than what `metrics_raw` keeps, so only the log and `metrics.persisted` tell of it. */
function withOldPoint(evidence: ReturnType<typeof flawless>) {
  const old = { received: rawRetentionMs + 2_000 }
  return {
    sent: [...evidence.sent, sent(5, 1, 'acknowledged')],
    ingest: [...evidence.ingest, record(4, batch([5], old))],
    persisted: [...evidence.persisted, record(5, batch([5], { ...old, sid: [7] }), 4)],
  }
}

test('a point too old for a row counts by what was published of it', () => {
  const cases: [Partial<Flaws>, (all: ReturnType<typeof withOldPoint>) => Partial<Evidence>][] = [
    [{}, () => ({})],
    [
      { lost: 1, unstored: 1 },
      ({ persisted }) => ({ persisted: [...persisted.slice(0, 5), record(5, emptyBatch('acme', 5), 4)] }),
    ],
    [
      { doubled: 1, rowsNotInLog: 1, publishedNotRows: 1 },
      ({ ingest, persisted }) => ({
        ingest: [...ingest, record(5, emptyBatch('acme', 5))],
        persisted: [...persisted, record(6, persisted[5].value.toString(), 5)],
      }),
    ],
    [
      { rowsNotInLog: 1 },
      ({ persisted }) => ({
        persisted: persisted.map((one, i) =>
          i === 5 ? record(5, one.value.toString().replace('"sid":[7]', '"sid":[8]'), 4) : one,
        ),
      }),
    ],
    [
      { doubled: 1, rowsNotInLog: 1, publishedNotRows: 1 },
      () => ({ rows: [...flawless().rows, row(4, 0, 5)] }),
    ],
  ]
  for (const [expected, change] of cases) {
    const flaws = flawsOf((evidence) => {
      const all = withOldPoint(evidence)
      return { ...all, ...change(all) }
    })
    assert.deepEqual(flaws, expected)
  }
})

test('a row that says something else than its record is found', () => {
  for (const wrong of [{ value: 4 }, { ts: 1 }, { series: 'other' }]) {
    const { rowsNotInLog } = flawsOf(({ rows }) => ({
      rows: [...rows.slice(0, 2), { ...rows[2], ...wrong }],
    }))
    assert.equal(rowsNotInLog, 1)
  }
})
