import { numberBytes, writeNumber } from '@streamgauge/core/number-bytes.ts'
import { positionOf } from '@streamgauge/core/position.ts'
import type { Kept, LiveEntry } from './run.ts'

const tab = 0x09
const newline = 0x0a
/** What a row takes at most: four numbers, and what follows each. */
const rowBytes = 4 * (numberBytes + 1)

/**
 * Rows of `metrics_raw` as text for LOAD DATA, sorted by primary key. A point goes to raw iff
 * `ts ≥ received − raw retention`: an older one is kept for the rollups, which remember longer.
 */
export function rawRows(
  entries: readonly LiveEntry[],
  sids: readonly number[][],
  kept: readonly Kept[],
  rawRetentionMs: number,
): { data: Buffer; rows: number } {
  const bySeries = new Map<number, Rows>()
  for (const [e, { batch, record }] of entries.entries()) {
    const mask = kept[e]
    if (mask === 'none') continue
    const oldest = batch.received - rawRetentionMs
    const places = sids[e].map((sid) => rowsOf(bySeries, sid))
    const { s, t, x } = batch
    for (let i = 0; i < s.length; i++) {
      if (t[i] < oldest || (mask !== 'all' && mask[i] === 0)) continue
      const rows = places[s[i]]
      rows.times.push(t[i])
      rows.positions.push(positionOf(record.offset, i))
      rows.values.push(x[i])
    }
  }
  return write(bySeries)
}

interface Rows {
  readonly times: number[]
  readonly positions: number[]
  readonly values: number[]
}

function rowsOf(bySeries: Map<number, Rows>, sid: number): Rows {
  let rows = bySeries.get(sid)
  if (!rows) {
    rows = { times: [], positions: [], values: [] }
    bySeries.set(sid, rows)
  }
  return rows
}

function write(bySeries: Map<number, Rows>): { data: Buffer; rows: number } {
  let count = 0
  for (const { times } of bySeries.values()) count += times.length
  const data = Buffer.allocUnsafe(count * rowBytes)
  let at = 0
  for (const sid of [...bySeries.keys()].sort((a, b) => a - b)) {
    const { times, positions, values } = rowsOf(bySeries, sid)
    for (const i of order(times)) {
      at = writeNumber(data, sid, at)
      data[at++] = tab
      at = writeNumber(data, times[i], at)
      data[at++] = tab
      at = writeNumber(data, positions[i], at)
      data[at++] = tab
      at = writeNumber(data, values[i], at)
      data[at++] = newline
    }
  }
  return { data: data.subarray(0, at), rows: count }
}

/** Indices by time. Positions rise already, and so do the times of most series: then there is nothing to sort. */
function order(times: readonly number[]): Iterable<number> {
  for (let i = 1; i < times.length; i++) {
    if (times[i] < times[i - 1]) return [...times.keys()].sort((a, b) => times[a] - times[b] || a - b)
  }
  return times.keys()
}
