import { setTimeout as sleep } from 'node:timers/promises'
import { within } from '@streamgauge/adapters/deadline.ts'
import { type AppendRecord, type Log, LogFault } from '@streamgauge/adapters/kafka/types.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { appendGroups } from '../records.ts'

const defaults = {
  /** From the first try to the answer. */
  deadlineMs: 5_000,
  /** A refusal is tried again this long: a partition that is changing its leader needs a moment. */
  retryForMs: 800,
  retryEveryMs: 200,
  retryAfterSeconds: 2,
}

/**
 * Appends the records of one request, all or nothing where they fit into one append. Throws the fault
 * LOG_UNAVAILABLE when nothing of them is stored, LOG_UNCERTAIN when that isn't known.
 */
export async function appendRequest(log: Log, records: readonly AppendRecord[]): Promise<void> {
  const end = performance.now() + defaults.deadlineMs
  let stored = 0
  for (const group of appendGroups(records)) {
    try {
      await appendGroup(log, group, end)
      stored += group.length
    } catch (error) {
      const sure = error instanceof LogFault && error.kind === 'refused' && stored === 0
      throw new Fault(sure ? 'LOG_UNAVAILABLE' : 'LOG_UNCERTAIN', undefined, {
        cause: error,
        retryAfterSeconds: defaults.retryAfterSeconds,
      })
    }
  }
}

/** Only a definite refusal is tried again: anything else could store points twice. */
async function appendGroup(log: Log, group: readonly AppendRecord[], end: number): Promise<void> {
  const lastTry = performance.now() + defaults.retryForMs
  for (;;) {
    try {
      await within(
        log.append(topics.ingest, group),
        Math.max(1, end - performance.now()),
        'the log did not answer',
      )
      return
    } catch (error) {
      const refused = error instanceof LogFault && error.kind === 'refused'
      if (!refused || performance.now() + defaults.retryEveryMs > lastTry) throw error
    }
    await sleep(defaults.retryEveryMs)
  }
}
