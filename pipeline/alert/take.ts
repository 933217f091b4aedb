import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { decode, srcOf } from '../rollup/decode.ts'
import { Stop } from '../rollup/stop.ts'
import type { Memory } from './memory.ts'
import type { RuleBook } from './rules.ts'
import { takePoint } from './watch.ts'

/**
 * Holds the points of records against the rules, in their order. A record that stands for an ingest record that was
 * taken before was published again and is skipped; a missing one throws `Stop`. Touches nothing but `memory`. Answers
 * how many points some rule was about.
 */
export function takeRecords(
  memory: Memory,
  records: readonly LogRecord[],
  book: RuleBook,
  graceMs: number,
): number {
  const { partition } = memory
  let watched = 0
  for (const record of records) {
    const src = srcOf(record)
    if (Number.isNaN(src)) throw new Stop('UNREADABLE', partition, `offset ${record.offset} has no src`)
    if (src > memory.nextSrc) throw new Stop('GAP', partition, `${memory.nextSrc} is due, ${src} is next`)
    if (src === memory.nextSrc) {
      // Most tenants have no rules: theirs needn't be read.
      if (record.key === null || book.has(record.key)) watched += takeRecord(memory, record, src, graceMs)
      memory.nextSrc = src + 1
    }
    memory.topicOffset = record.offset + 1
  }
  return watched
}

function takeRecord(memory: Memory, record: LogRecord, src: number, graceMs: number): number {
  const published = decode(record)
  if (!published) throw new Stop('UNREADABLE', memory.partition, `offset ${record.offset}`)
  const { received, tenant, series, sid, points } = published
  const watches = sid.map((id, i) => memory.watchesOf(tenant, id, series[i], received))
  const { s, t, x } = points
  let watched = 0
  for (let i = 0; i < s.length; i++) {
    const some = watches[s[i]]
    if (some.length > 0) watched++
    const point = { received, src, at: t[i], value: x[i] }
    const shared = {}
    for (const watch of some) takePoint(memory, watch, point, { graceMs, shared })
  }
  return watched
}
