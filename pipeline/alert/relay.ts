import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { markPublished, unpublishedAlerts } from '@streamgauge/adapters/mariadb/alerts.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { chunks } from '../persist/publish.ts'
import type { AlertStepHook } from './steps.ts'

const atOnce = 500

interface Tools {
  readonly log: Log
  readonly db: Database
  readonly logger: Logger
  readonly clock: () => number
  readonly step?: AlertStepHook
}

export interface Relay {
  /** There may be transitions of this partition to be published. */
  wake(partition: number): void
  /** Tries again what has failed. */
  retry(): void
  /** Takes nothing new, and waits for what is under way. */
  close(): Promise<void>
}

/**
 * From the table of transitions to `alerts.transitions`, each at least once and those of a tenant in the order of
 * their ids: a row is marked only after the log has it, so who dies in between publishes it again.
 */
export function createRelay({ log, db, logger, clock, step }: Tools): Relay {
  /** True: somebody asked again meanwhile. */
  const running = new Map<number, { again: boolean; done: Promise<void> }>()
  const failed = new Set<number>()
  let closed = false

  async function publish(partition: number): Promise<void> {
    for (;;) {
      const rows = await unpublishedAlerts(db, partition, atOnce)
      if (rows.length === 0) return
      const records = rows.map(({ tenant, transition }) => ({
        ...{ key: tenant, partition, value: JSON.stringify(transition) },
      }))
      for (const chunk of chunks(records)) await log.append(topics.transitions, chunk)
      step?.('alert_relayed')
      await markPublished(
        db,
        rows.map(({ transition }) => transition.id),
        clock(),
      )
      if (rows.length < atOnce) return
    }
  }

  function wake(partition: number): void {
    const known = running.get(partition)
    if (known) known.again = true
    if (known || closed) return
    const turn = { again: false, done: Promise.resolve() }
    running.set(partition, turn)
    turn.done = publish(partition)
      .then(() => {
        failed.delete(partition)
      })
      .catch((error) => {
        logger[failed.has(partition) ? 'debug' : 'warn'](
          { err: error, partition },
          'transitions wait for the log',
        )
        failed.add(partition)
      })
      .finally(() => {
        running.delete(partition)
        if (turn.again && !failed.has(partition)) wake(partition)
      })
  }

  return {
    wake,
    retry() {
      for (const partition of failed) wake(partition)
    },
    async close() {
      closed = true
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}
