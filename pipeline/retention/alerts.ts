import type { Logger } from '@streamgauge/adapters/log.ts'
import {
  pruneAlerts,
  pruneDeliveries,
  pruneRuleVersions,
  readStillNeeded,
} from '@streamgauge/adapters/mariadb/alert-retention.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Counter, type Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { schedule } from 'node-cron'
import { asLeader } from './leader.ts'

const everyHour = '7 * * * *'

/** How long transitions and messages are kept, ms. */
export interface AlertRetentions {
  readonly alertRetentionMs: number
  readonly deliveryRetentionMs: number
}

export interface AlertRetention {
  /** One turn of the job; false when another process is at it. */
  turn(): Promise<boolean>
  close(): Promise<void>
}

interface Tools {
  readonly database: Database
  readonly logger: Logger
  readonly registry: Registry
  readonly keep: AlertRetentions
  /** Epoch ms. */
  readonly clock: () => number
}

/**
 * Deletes old transitions, messages with the log of their tries, and versions of rules, every hour, in one process at a
 * time; never a message that waits, nor what an alert that goes on has told.
 */
export function startAlertRetention({ database, logger, registry, keep, clock }: Tools): AlertRetention {
  const pruned = new Counter({
    name: 'streamgauge_pruned_rows_total',
    help: 'Rows of alerts, deliveries and alert_rule_versions that were older than they are kept',
    labelNames: ['table'],
    registers: [registry],
  })
  const task = schedule(
    everyHour,
    () => job.turn().catch((error) => logger.warn({ err: error }, 'old alerts could not be deleted')),
    { name: 'alert-retention', noOverlap: true, timezone: 'UTC' },
  )
  const job: AlertRetention = {
    turn: () =>
      asLeader(database, 'alerts', 0, async (connection) => {
        const now = clock()
        const needed = await readStillNeeded(connection)
        // Messages go first: a transition stays as long as one tells of it.
        const deliveries = await pruneDeliveries(connection, now - keep.deliveryRetentionMs, needed)
        const alerts = await pruneAlerts(connection, now - keep.alertRetentionMs, needed)
        const versions = await pruneRuleVersions(connection, now - limits.ruleVersionRetentionMs)
        for (const [table, count] of Object.entries({ alerts, deliveries, alert_rule_versions: versions }))
          pruned.inc({ table }, count)
      }),
    async close() {
      await task.destroy()
    },
  }
  return job
}
