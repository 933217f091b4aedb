import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { FollowerCursor } from '@streamgauge/adapters/mariadb/followers.ts'
import { type WindowLength, windowLengths } from '@streamgauge/core/rollup.ts'
import { decode, srcOf } from './decode.ts'
import { Stop } from './stop.ts'
import { Windows } from './windows.ts'

/** How long windows of each length are kept, ms. */
export type Retentions = Readonly<Record<WindowLength, number>>

/** What this process believes of a partition that it owns. Dropped and read anew whenever it may be wrong. */
export interface Memory {
  readonly partition: number
  /** What the cursor row says: compared with it in every transaction. */
  saved: { readonly nextSrc: number; readonly topicOffset: number }
  /** The `src` that is due. */
  nextSrc: number
  /** The offset to read next. */
  topicOffset: number
  readonly windows: Readonly<Record<WindowLength, Windows>>
  /** Points since the last write. */
  points: number
  /** The write under way; what comes meanwhile waits for it. */
  writing: Promise<void> | undefined
  /** When the last write ended, epoch ms. */
  lastWrite: number
}

export function newMemory({ partition, nextSrc, topicOffset }: FollowerCursor): Memory {
  return {
    partition,
    saved: { nextSrc, topicOffset },
    nextSrc,
    topicOffset,
    windows: { '1m': new Windows(windowLengths['1m']), '5m': new Windows(windowLengths['5m']) },
    points: 0,
    writing: undefined,
    lastWrite: 0,
  }
}

/** There is something that the rows don't say yet, and be it that a record was empty. */
export function isDirty({ topicOffset, saved }: Memory): boolean {
  return topicOffset !== saved.topicOffset
}

export interface Taken {
  points: number
  /** Points in windows that are no longer kept, by length. */
  readonly expired: Record<WindowLength, number>
}

const lengths = Object.keys(windowLengths) as WindowLength[]

/**
 * Takes records in their order into the windows. One that stands for an ingest record that was taken before was
 * published again and is skipped; a missing one throws `Stop`. Touches nothing but `memory`.
 */
export function takeRecords(memory: Memory, records: readonly LogRecord[], keep: Retentions): Taken {
  const taken: Taken = { points: 0, expired: { '1m': 0, '5m': 0 } }
  const { partition } = memory
  for (const record of records) {
    const src = srcOf(record)
    if (Number.isNaN(src)) throw new Stop('UNREADABLE', partition, `offset ${record.offset} has no src`)
    if (src > memory.nextSrc) throw new Stop('GAP', partition, `${memory.nextSrc} is due, ${src} is next`)
    if (src === memory.nextSrc) {
      const published = decode(record)
      if (!published) throw new Stop('UNREADABLE', partition, `offset ${record.offset}`)
      const { received, sid, points } = published
      for (const length of lengths)
        taken.expired[length] += memory.windows[length].add(sid, points, received - keep[length])
      taken.points += points.s.length
      memory.nextSrc = src + 1
    }
    memory.topicOffset = record.offset + 1
  }
  memory.points += taken.points
  return taken
}
