import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { letterHeaders } from '@streamgauge/core/dead-letter.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { DeadEntry } from './run.ts'

/**
 * Puts records that can't be persisted into the dead letter topic. It happens before the cursor moves, so a kill in
 * between leaves a second letter of the same record, never none.
 */
export async function sendLetters(log: Log, entries: readonly DeadEntry[]): Promise<void> {
  for (const { record, dead } of entries) {
    await log.append(topics.deadLetters, [
      {
        key: record.key,
        value: record.value,
        headers: {
          [letterHeaders.partition]: String(record.partition),
          [letterHeaders.offset]: String(record.offset),
          [letterHeaders.reason]: dead,
        },
      },
    ])
  }
}
