import type { Logger } from '@streamgauge/adapters/log.ts'
import {
  type AuditedSeries,
  firstPointSince,
  readAuditView,
  sampleSeries,
} from '@streamgauge/adapters/mariadb/audit.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Counter, type Registry } from '@streamgauge/adapters/metrics.ts'
import type { Retentions } from '@streamgauge/core/partitions.ts'
import { windowLengths, windowStart } from '@streamgauge/core/rollup.ts'
import { rollupGroup } from '@streamgauge/core/topics.ts'
import { schedule } from 'node-cron'
import { asLeader } from '../retention/leader.ts'
import { compare } from './compare.ts'

const everyMinute = '* * * * *'
const settings = {
  seriesPerTurn: 10,
  /** Windows with more are left out: a look at random must not be a load. */
  mostPoints: 100_000,
  /** Clocks differ: what has just been within retention may be dropped. */
  slackMs: 120_000,
}
const longest = windowLengths['5m']

interface Tools {
  readonly database: Database
  readonly partitionFor: (tenant: string) => number
  readonly logger: Logger
  readonly registry: Registry
  readonly keep: Retentions
  readonly clock: () => number
}

export interface Audit {
  /** One look. False when another process is at it. */
  turn(): Promise<boolean>
  close(): Promise<void>
}

/**
 * Recomputes windows of random series at random times from their points, in one process at a time: all of this is
 * built so that they never differ, and this is how one would know.
 */
export function startAudit({ database, partitionFor, logger, registry, keep, clock }: Tools): Audit {
  const kept = Math.min(keep.rawRetentionMs, keep.rollup1mRetentionMs, keep.rollup5mRetentionMs)
  const registers = [registry]
  const audited = new Counter({
    name: 'streamgauge_rollup_audited_windows_total',
    help: 'Windows that were recomputed from their points at random',
    registers,
  })
  const mismatches = new Counter({
    name: 'streamgauge_rollup_audit_mismatches_total',
    help: 'Of those, the ones that were not what the points give: always 0',
    registers,
  })

  async function look(connection: Connection, { id, tenant }: AuditedSeries): Promise<void> {
    const now = clock()
    const oldest = windowStart(now - kept + settings.slackMs, longest) + longest
    const from = oldest + Math.random() * Math.max(0, now - oldest)
    const ts = await firstPointSince(connection, id, Math.floor(from), now + longest)
    if (ts === undefined || ts < oldest) return
    const start = windowStart(ts, longest)
    const view = await readAuditView(connection, {
      ...{ group: rollupGroup, partition: partitionFor(tenant), series: id },
      ...{ from: start, before: start + longest, mostPoints: settings.mostPoints },
    })
    const found = view && compare(view)
    if (!found) return
    audited.inc(found.windows)
    mismatches.inc(found.mismatches.length)
    const [first] = found.mismatches
    if (first)
      logger.error({ tenant, series: id, mismatches: found.mismatches.length }, `of series ${id}, ${first}`)
  }

  async function turn(): Promise<boolean> {
    return asLeader(database, 'audit', 0, async (connection) => {
      const some = await sampleSeries(connection, settings.seriesPerTurn, Math.random())
      for (const series of some) await look(connection, series)
    })
  }

  const task = schedule(
    everyMinute,
    () => turn().catch((error) => logger.debug({ err: error }, 'windows could not be audited')),
    { name: 'audit', noOverlap: true, timezone: 'UTC' },
  )
  return {
    turn,
    async close() {
      await task.destroy()
    },
  }
}
