import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '@streamgauge/adapters/config.ts'
import { memberFiles } from '@streamgauge/adapters/kafka/member-files.ts'
import type { Group, GroupHandlers, Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { alertGroup, metricPartitions, persistGroup, rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { createAlerts } from './alert/alert.ts'
import { startNotify } from './notify/notify.ts'
import { backoffMs } from './persist/backoff.ts'
import type { AnyStepHook } from './persist/fail-point.ts'
import type { KeeperHealth } from './persist/keeper.ts'
import { createMetrics } from './persist/metrics.ts'
import { createPersist, sessionSettings } from './persist/persist.ts'
import { knownTenants } from './persist/tenants.ts'
import { startAlertRetention } from './retention/alerts.ts'
import { startRetention } from './retention/retention.ts'
import { startAudit } from './rollup/audit.ts'
import { createFollowers } from './rollup/begin.ts'
import type { KeeperHealth as FollowerHealth } from './rollup/keeper.ts'
import { createRollups } from './rollup/rollup.ts'

/** A partition that has had a fault for so long, or has no place to go on from, is told of, ms. */
const restsAfterMs = 60_000

/** Of each of persist, rollup and alerts. */
const storeSettings = { connections: 4, statementTimeoutMs: 10_000 }

export interface PipelineOptions {
  readonly log: Log
  readonly database: Database
  readonly config: Config
  readonly logger: Logger
  readonly registry: Registry
  /** There is lag that a new consumer didn't cure: the process should end and be started again. */
  readonly onStuck?: (detail: string) => void
  /** Told of every step that persist, rollup and alerts have done. Only chaos runs have one. */
  readonly step?: AnyStepHook
  /** Epoch ms; the system's clock unless a test lets days pass. */
  readonly clock?: () => number
}

export interface Pipeline {
  /** Ends the running runs, writes the cursors and leaves the group. */
  close(): Promise<void>
  health(): PipelineHealth
  /**
   * For `/health/ready`: throws which partitions wait for `streamgauge doctor`, and which ones have not moved for a
   * minute although log and store answer.
   */
  ping(): Promise<number>
}

export interface PipelineHealth extends KeeperHealth {
  /** Topics, partitions and cursors are there and the consumers have been started. */
  readonly started: boolean
  readonly rollup: FollowerHealth
  readonly alert: FollowerHealth
}

/**
 * Starts the consumers and jobs of the pipeline. It returns at once: what it needs of the log and the store is
 * prepared as soon as they answer, with retries.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { log, database, config, logger, registry, step, clock = Date.now } = options
  const { rawRetentionMs, rollup1mRetentionMs, rollup5mRetentionMs } = config.limits
  const { memberFolder } = config.kafka
  const closing = new AbortController()
  // Each has its own: none may wait for another.
  const [db, rollupDb, alertDb] = [1, 2, 3].map(() =>
    openDatabase({
      url: config.databaseUrl,
      connectionLimit: storeSettings.connections,
      statementTimeoutMs: storeSettings.statementTimeoutMs,
      session: sessionSettings,
    }),
  )
  const keep = { '1m': rollup1mRetentionMs, '5m': rollup5mRetentionMs }
  const retention = startRetention({ log, database, logger, registry, keep: config.limits, clock })
  const alertRetention = startAlertRetention({ database, logger, registry, keep: config.limits, clock })
  const persist = createPersist({
    log,
    db,
    tenants: knownTenants(database),
    metrics: createMetrics(registry),
    logger: logger.child({ stage: persistGroup }),
    rawRetentionMs,
    needPartitions: retention.makePartitions,
    clock,
    step,
  })
  const rollups = createRollups({
    db: rollupDb,
    registry,
    logger: logger.child({ stage: rollupGroup }),
    keep,
    needPartitions: retention.makePartitions,
    ask: (partition) => groups.get(rollupGroup)?.ask(partition),
    clock,
    step,
  })
  const notify = startNotify({
    ...{ databaseUrl: config.databaseUrl, publicUrl: config.http.publicUrl, ...config.notify },
    logger: logger.child({ stage: 'notify' }),
    registry,
    clock,
  })
  const alerts = createAlerts({
    log,
    db: alertDb,
    registry,
    logger: logger.child({ stage: alertGroup }),
    graceMs: config.alertGraceMs,
    ask: (partition) => groups.get(alertGroup)?.ask(partition),
    onNews: notify.notifyNow,
    clock,
    step,
  })
  const { partitionFor } = log
  const audit = startAudit({ database, partitionFor, logger, registry, keep: config.limits, clock })
  const groups = new Map<string, Group>()

  async function prepare(): Promise<void> {
    await log.ensureTopics()
    await createCursors(database, persistGroup, metricPartitions)
    for (const group of [rollupGroup, alertGroup]) await createFollowers(log, database, group)
    await retention.makePartitions()
  }

  async function start(): Promise<void> {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      try {
        await prepare()
        break
      } catch (error) {
        logger[failures === 1 ? 'warn' : 'debug']({ err: error }, 'the pipeline waits for its services')
        await sleep(backoffMs(failures), undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
    if (closing.signal.aborted) return
    await join(persistGroup, topics.ingest, persist.handlers, step && (() => step('offsets')))
    await join(rollupGroup, topics.persisted, rollups.handlers)
    await join(alertGroup, topics.persisted, alerts.handlers)
  }

  async function join(
    group: string,
    topic: string,
    handlers: GroupHandlers,
    onCommitted?: () => void,
  ): Promise<void> {
    const running = await log.runGroup(
      {
        group,
        topic,
        commit: true,
        onCommitted,
        member: memberFolder === null ? undefined : memberFiles(memberFolder)(group),
        onStuck: options.onStuck,
        canProgress: () => db.ping().then(() => true),
      },
      handlers,
    )
    groups.set(group, running)
  }

  const answers = () =>
    Promise.all([log.ping(), db.ping()]).then(
      () => true,
      () => false,
    )

  function restingPartitions(): string[] {
    const stages = { [persistGroup]: persist, [rollupGroup]: rollups, [alertGroup]: alerts }
    return Object.entries(stages).flatMap(([group, stage]) => {
      const resting = new Set<number>()
      for (const [partition, since] of stage.health().failing)
        if (clock() - since > restsAfterMs) resting.add(partition)
      for (const [partition, ms] of groups.get(group)?.waiting() ?? [])
        if (ms > restsAfterMs) resting.add(partition)
      return [...resting].map((partition) => `${partition} (${group})`)
    })
  }

  const starting = start()
  return {
    async close() {
      closing.abort()
      persist.stop()
      rollups.stop()
      alerts.stop()
      await starting
      await Promise.all([...groups.values()].map((group) => group.close()))
      await Promise.all([persist.drain(), rollups.drain(), alerts.drain()])
      await Promise.all([retention.close(), alertRetention.close(), audit.close(), notify.close()])
      await Promise.all([db.close(), rollupDb.close(), alertDb.close()])
    },
    health: () => ({
      started: groups.size === 3,
      ...persist.health(),
      rollup: rollups.health(),
      alert: alerts.health(),
    }),
    async ping() {
      const stopped = [persist, rollups, alerts].flatMap((stage): { partition: number; code: string }[] => [
        ...stage.health().stopped,
      ])
      if (stopped.length > 0) {
        const which = stopped.map(({ partition, code }) => `${partition} (${code})`)
        throw new Error(`stopped until streamgauge doctor is asked: partition ${which.join(', ')}`)
      }
      const resting = restingPartitions()
      // Else it is their fault, and said so already.
      if (resting.length > 0 && (await answers()))
        throw new Error(`no progress for a minute, see the log: partition ${resting.join(', ')}`)
      return 0
    },
  }
}
