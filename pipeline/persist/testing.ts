import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, readConfig } from '@streamgauge/adapters/config.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { createLog, type Logger } from '@streamgauge/adapters/log.ts'
import { createCursors, readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { metricPartitions, srcHeader, topics } from '@streamgauge/core/topics.ts'
import { type TestStack, testStack } from '@streamgauge/local/stack.ts'
import { type Pipeline, type PipelineOptions, startPipeline } from '../pipeline.ts'
import { batchOf } from './fixture.ts'
import { persistGroup } from './write-run.ts'

/** A migrated database, topics and one tenant on real services, for live tests of persist. */
export interface Workbench extends AsyncDisposable {
  readonly stack: TestStack
  readonly config: Config
  readonly log: Log
  readonly database: Database
  readonly tenant: string
  readonly partition: number
  /** Starts persist as the pipeline process does. */
  start(more?: Partial<PipelineOptions>): Promise<Pipeline>
  /** Appends batches in one request; answers the offset of the first. */
  append(...batches: Partial<Batch>[]): Promise<number>
  /** Waits until persist has stored everything that is in the log now; published it is once persist is closed. */
  stored(): Promise<void>
  /** The tenant's records of `metrics.persisted`. */
  persisted(): Promise<{ src: number; batch: Batch; record: LogRecord }[]>
  /** The tenant's rows of `metrics_raw`, in the order of their positions. */
  raw(): Promise<{ ts: number; position: number; value: number; metric: string }[]>
}

export const logger: Logger = createLog({
  name: 'test',
  level: process.env.LOG_LEVEL ?? 'silent',
  terminal: false,
})

export async function workbench(): Promise<Workbench> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await testStack())
  const config = readConfig(stack.env)
  const database = openDatabase({ url: stack.databaseUrl })
  cleanup.defer(() => database.close())
  await migrate(database)
  await createCursors(database, persistGroup, metricPartitions)
  const tenant = 'acme'
  await createTenant(database, { name: tenant }, Date.now())
  const log = await openLog({ ...config.kafka, clientId: 'test', logger })
  cleanup.defer(() => log.close())
  await log.ensureTopics()
  const partition = log.partitionFor(tenant)
  const ending = cleanup.move()

  return {
    stack,
    config,
    log,
    database,
    tenant,
    partition,
    async start(more = {}) {
      const pipeline = await startPipeline({
        log,
        database,
        config,
        logger,
        registry: new Registry(),
        ...more,
      })
      let closing: Promise<void> | undefined
      const close = () => {
        closing ??= pipeline.close()
        return closing
      }
      ending.defer(close)
      return { ...pipeline, close }
    },
    async append(...batches) {
      const records = batches.map((batch) => ({
        key: tenant,
        value: JSON.stringify(batchOf({ received: Date.now(), tenant, ...batch })),
      }))
      const [{ offset }] = await log.append(topics.ingest, records)
      return offset
    },
    async stored() {
      const { high } = (await log.bounds(topics.ingest))[partition]
      for (;;) {
        const cursor = (await readCursors(database, persistGroup))[partition]
        if (cursor.nextOffset >= high) return
        await sleep(20)
      }
    },
    async persisted() {
      const records = await readToEnd(log, topics.persisted)
      return records
        .filter((record) => record.partition === partition)
        .map((record) => ({
          src: Number(record.headers[srcHeader]),
          batch: JSON.parse(record.value.toString()),
          record,
        }))
    },
    raw: () =>
      database.query(
        `SELECT ts, position, value, metric_name AS metric FROM metrics_raw JOIN series ON series.id = series_id
         JOIN tenants ON tenants.id = tenant_id WHERE tenants.name = ? ORDER BY position`,
        [tenant],
      ),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
