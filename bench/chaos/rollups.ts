import { within } from '@streamgauge/adapters/deadline.ts'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { type CountedPoint, differences, rolledUp } from '@streamgauge/pipeline/rollup/testing.ts'
import type { Arena } from './arena.ts'

const settings = { drainMs: 90_000, most: 3 }

/** What is wrong with the windows once everything is rolled up. */
export interface RollupVerdict {
  readonly wrong: number
  readonly examples: readonly string[]
}

/**
 * Holds the windows against a recompute from `metrics.persisted`, which the verdict holds against the rows: points that
 * are too old to have one are in the windows, too.
 */
export async function judgeRollups(
  { log, database }: Arena,
  persisted: readonly LogRecord[],
): Promise<RollupVerdict> {
  try {
    await within(rolledUp(log, database), settings.drainMs, 'records of metrics.persisted are not rolled up')
  } catch (error) {
    return { wrong: 1, examples: [String(error)] }
  }
  const found = await differences(database, pointsIn(persisted))
  return { wrong: found.length, examples: found.slice(0, settings.most).map((one) => `windows: ${one}`) }
}

/** In the order of the log, each once, however often its record was published. */
function pointsIn(persisted: readonly LogRecord[]): CountedPoint[] {
  const points: CountedPoint[] = []
  const published = new Set<string>()
  for (const { partition, headers, value } of persisted) {
    const place = `${partition}:${headers[srcHeader]}`
    if (published.has(place)) continue
    published.add(place)
    const { sid = [], s, t, x }: Batch = JSON.parse(value.toString())
    for (const [i, ts] of t.entries()) points.push([sid[s[i]], ts, x[i]])
  }
  return points
}
