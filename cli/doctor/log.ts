import { setTimeout as sleep } from 'node:timers/promises'
import { topicShapes } from '@streamgauge/adapters/kafka/topics.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { type Found, reasonOf } from './faults.ts'

const pingMs = 5_000
/** A pipeline that works moves a partition that lags several times in this time, ms. */
const watchMs = 5_000

/** Looks at the log and its topics; `reached` is false when nothing more can be asked of it. */
export async function checkLog(log: Log): Promise<{ reached: boolean; found: Found[] }> {
  try {
    await log.ping(pingMs)
  } catch (error) {
    return { reached: false, found: [{ code: 'LOG_UNREACHABLE', detail: reasonOf(error) }] }
  }
  const found: Found[] = []
  for (const [topic, { partitions }] of Object.entries(topicShapes)) {
    const bounds = await log.bounds(topic).catch(() => undefined)
    if (!bounds) found.push({ code: 'TOPIC_MISSING', detail: `there is no topic ${topic}` })
    else if (bounds.length !== partitions) {
      const detail = `topic ${topic} has ${bounds.length} partitions instead of ${partitions}`
      found.push({ code: 'TOPIC_SHAPE', detail })
    }
  }
  return { reached: found.length === 0, found }
}

/** Whether what is accepted is persisted, and what could not be. Takes some seconds when there is lag. */
export async function checkFlow(log: Log, db: Database): Promise<Found[]> {
  const found: Found[] = []
  const before = await lagging(log, db)
  if (before.size > 0) await sleep(watchMs)
  const still = before.size > 0 ? await lagging(log, db) : before
  const stuck = [...still].filter(([partition, { next }]) => before.get(partition)?.next === next)
  if (stuck.length > 0) {
    const records = stuck.reduce((sum, [, { lag }]) => sum + lag, 0)
    const which = stuck.map(([partition]) => partition).join(', ')
    const detail = `${records} records wait in partition ${which}, and none was taken within ${watchMs / 1_000} s`
    found.push({ code: 'NOT_PERSISTING', detail })
  }
  const letters = (await log.bounds(topics.deadLetters)).reduce((sum, { low, high }) => sum + high - low, 0)
  if (letters > 0) found.push({ code: 'DEAD_LETTERS', detail: `${letters} dead letters are kept` })
  return found
}

async function lagging(log: Log, db: Database): Promise<Map<number, { next: number; lag: number }>> {
  const cursors = new Map((await readCursors(db, persistGroup)).map((one) => [one.partition, one]))
  const bounds = await log.bounds(topics.ingest)
  return new Map(
    bounds.flatMap(({ partition, high }) => {
      const next = cursors.get(partition)?.nextOffset ?? 0
      return high > next ? [[partition, { next, lag: high - next }] as const] : []
    }),
  )
}
