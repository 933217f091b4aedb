import { positionOf } from '@streamgauge/core/position.ts'
import type { Kept, LiveEntry } from './run.ts'

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
    const list = sids[e]
    const { s, t, x } = batch
    for (let i = 0; i < s.length; i++) {
      if (t[i] < oldest || (mask !== 'all' && mask[i] === 0)) continue
      const sid = list[s[i]]
      let rows = bySeries.get(sid)
      if (!rows) {
        rows = { times: [], positions: [], values: [] }
        bySeries.set(sid, rows)
      }
      rows.times.push(t[i])
      rows.positions.push(positionOf(record.offset, i))
      rows.values.push(x[i])
    }
  }
  let text = ''
  let count = 0
  for (const sid of [...bySeries.keys()].sort((a, b) => a - b)) {
    const { times, positions, values } = bySeries.get(sid) as Rows
    for (const i of order(times)) text += `${sid}\t${times[i]}\t${positions[i]}\t${values[i]}\n`
    count += times.length
  }
  return { data: Buffer.from(text, 'latin1'), rows: count }
}

interface Rows {
  readonly times: number[]
  readonly positions: number[]
  readonly values: number[]
}

/** Indices by time. Positions rise already, and so do the times of most series: then there is nothing to sort. */
function order(times: readonly number[]): Iterable<number> {
  for (let i = 1; i < times.length; i++) {
    if (times[i] < times[i - 1]) return [...times.keys()].sort((a, b) => times[a] - times[b] || a - b)
  }
  return times.keys()
}
