import { within } from '@streamgauge/adapters/deadline.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { differences, rolledUp } from '@streamgauge/pipeline/rollup/testing.ts'
import type { Arena } from './arena.ts'

const settings = { drainMs: 90_000, most: 3 }

/** What is wrong with the windows once everything is rolled up. */
export interface RollupVerdict {
  readonly wrong: number
  readonly examples: readonly string[]
}

/**
 * Holds the windows against a recompute from the points. What is older than raw points are kept is left out: some of
 * its points are in the windows only.
 */
export async function judgeRollups({ log, database }: Arena): Promise<RollupVerdict> {
  try {
    await within(rolledUp(log, database), settings.drainMs, 'records of metrics.persisted are not rolled up')
  } catch (error) {
    return { wrong: 1, examples: [String(error)] }
  }
  const found = await differences(database, Date.now() - limits.rawRetentionMs)
  return { wrong: found.length, examples: found.slice(0, settings.most).map((one) => `windows: ${one}`) }
}
