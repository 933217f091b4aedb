import type { Bounds, Log } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import type { Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { persistGroup } from './persist/write-run.ts'

export interface TopicDescription {
  readonly topic: string
  readonly partitions: readonly Bounds[]
}

/** How far persist is in one partition of `metrics.ingest`, in offsets. */
export interface PersistProgress extends Bounds {
  readonly nextOffset: number
  readonly published: number
  /** Records that are not persisted yet. */
  readonly lag: number
}

/** What `streamgauge topics` prints. */
export async function describeTopics(
  log: Log,
  db: Queryable,
): Promise<{ topics: TopicDescription[]; persist: PersistProgress[] }> {
  const described: TopicDescription[] = []
  for (const topic of Object.values(topics)) described.push({ topic, partitions: await log.bounds(topic) })
  const cursors = new Map((await readCursors(db, persistGroup)).map((one) => [one.partition, one]))
  const persist = (await log.bounds(topics.ingest)).map((bounds) => {
    const { nextOffset = 0, published = 0 } = cursors.get(bounds.partition) ?? {}
    return { ...bounds, nextOffset, published, lag: Math.max(0, bounds.high - nextOffset) }
  })
  return { topics: described, persist }
}
