import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '@streamgauge/adapters/config.ts'
import { memberFiles } from '@streamgauge/adapters/kafka/member-files.ts'
import type { Group, Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { metricPartitions, topics } from '@streamgauge/core/topics.ts'
import { backoffMs } from './persist/backoff.ts'
import type { KeeperHealth } from './persist/keeper.ts'
import { createMetrics } from './persist/metrics.ts'
import { createPersist, sessionSettings } from './persist/persist.ts'
import type { StepHook } from './persist/steps.ts'
import { knownTenants } from './persist/tenants.ts'
import { persistGroup } from './persist/write-run.ts'
import { startRetention } from './retention/retention.ts'

const persistSettings = { connections: 4, statementTimeoutMs: 10_000 }

export interface PipelineOptions {
  readonly log: Log
  readonly database: Database
  readonly config: Config
  readonly logger: Logger
  readonly registry: Registry
  /** There is lag that a new consumer didn't cure: the process should end and be started again. */
  readonly onStuck?: (detail: string) => void
  /** Told of every step that persist has done. Only chaos runs have one. */
  readonly step?: StepHook
}

export interface Pipeline {
  /** Ends the running runs, writes the cursors and leaves the group. */
  close(): Promise<void>
  health(): PipelineHealth
}

export interface PipelineHealth extends KeeperHealth {
  /** Topics, partitions and cursors are there and the consumer has been started. */
  readonly started: boolean
}

/**
 * Starts the consumers and jobs of the pipeline. It returns at once: what it needs of the log and the store is
 * prepared as soon as they answer, with retries.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { log, database, config, logger, registry, step } = options
  const { rawRetentionMs } = config.limits
  const { memberFolder } = config.kafka
  const closing = new AbortController()
  const db = openDatabase({
    url: config.databaseUrl,
    connectionLimit: persistSettings.connections,
    statementTimeoutMs: persistSettings.statementTimeoutMs,
    session: sessionSettings,
  })
  const retention = startRetention({ log, database, logger, registry, rawRetentionMs, clock: Date.now })
  const persist = createPersist({
    log,
    db,
    tenants: knownTenants(database),
    metrics: createMetrics(registry),
    logger: logger.child({ stage: persistGroup }),
    rawRetentionMs,
    needPartitions: retention.makePartitions,
    clock: Date.now,
    step,
  })
  let group: Group | undefined

  async function prepare(): Promise<void> {
    await log.ensureTopics()
    await createCursors(database, persistGroup, metricPartitions)
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
    group = await log.runGroup(
      {
        group: persistGroup,
        topic: topics.ingest,
        commit: true,
        onCommitted: step && (() => step('offsets')),
        member: memberFolder === null ? undefined : memberFiles(memberFolder)(persistGroup),
        onStuck: options.onStuck,
        canProgress: () => db.ping().then(() => true),
      },
      persist.handlers,
    )
  }

  const starting = start()
  return {
    async close() {
      closing.abort()
      persist.stop()
      await starting
      await group?.close()
      await persist.drain()
      await retention.close()
      await db.close()
    },
    health: () => ({ started: group !== undefined, ...persist.health() }),
  }
}
