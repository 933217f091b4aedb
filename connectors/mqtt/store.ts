import { setTimeout as sleep } from 'node:timers/promises'
import { type AppendRecord, type Log, LogFault } from '@streamgauge/adapters/kafka/types.ts'
import { appendGroups } from '../records.ts'

const retry = { firstMs: 100, maxMs: 1_000 }

/**
 * Appends records until the log has acknowledged every one, in order; false when `signal` ended it before. After an
 * unknown outcome it appends the same bytes again: each record has an id, so it counts once.
 */
export async function storeAll(
  log: Log,
  topic: string,
  records: readonly AppendRecord[],
  { signal, onAway }: { signal: AbortSignal; onAway: (cause: unknown) => void },
): Promise<boolean> {
  if (records.length === 0) return true
  const groups = [...appendGroups(records)]
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    let pauseMs = retry.firstMs
    for (;;) {
      if (signal.aborted) return false
      try {
        await log.append(topic, group)
        break
      } catch (error) {
        if (!(error instanceof LogFault)) throw error
        if (error.isTooLarge && group.length > 1) {
          // A log that was given a lower limit than ours.
          const half = group.length >> 1
          groups.unshift(group.slice(0, half), group.slice(half))
          break
        }
        onAway(error)
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(2 * pauseMs, retry.maxMs)
    }
  }
  return true
}
