import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import {
  addPartitions,
  dropPartitions,
  listAllPartitions,
  listPartitions,
} from '@streamgauge/adapters/mariadb/partitions.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import {
  expiredPartitions,
  hoursAhead,
  missingPartitions,
  oldestHours,
  type Partition,
  type PartitionedTable,
  partitionedTables,
  type Retentions,
} from '@streamgauge/core/partitions.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { schedule } from 'node-cron'
import { asLeader } from './leader.ts'

/** Adding is cheap when there is nothing to add, and an hour has six chances. */
const everyTenMinutes = '*/10 * * * *'
const waitForLeaderSeconds = 20
/** Partitions for so long are no reason to wait for the leader. */
const enoughHours = 24

export interface Retention {
  /** Makes what is missing, in this process or by waiting for the leader that does. Throws when it can't. */
  makePartitions(): Promise<void>
  /**
   * One turn of the job: makes, drops, measures. False when another process is at it. Throws when a table could not
   * be kept up, after it has done the others.
   */
  turn(): Promise<boolean>
  close(): Promise<void>
}

interface Tools {
  readonly database: Database
  readonly log: Log
  readonly logger: Logger
  readonly registry: Registry
  readonly keep: Retentions
  readonly clock: () => number
}

/** Makes partitions ahead and drops old ones, every ten minutes, in one process at a time. */
export function startRetention(tools: Tools): Retention {
  const { database, logger, clock } = tools
  const tables = partitionedTables(tools.keep)
  /** What was last seen of each table, whoever made it: gauges count from it to the present. */
  const seen = new Map<string, readonly Partition[]>()
  measure(
    'streamgauge_partitions_ahead_hours',
    'Hours for which there are partitions; persist halts when it reaches 0',
    hoursAhead,
  )
  measure(
    'streamgauge_partitions_oldest_age_hours',
    'Age of the oldest partition, from its start',
    oldestHours,
  )

  function measure(name: string, help: string, hours: typeof hoursAhead): void {
    new Gauge({
      name,
      help,
      labelNames: ['table'],
      registers: [tools.registry],
      collect() {
        for (const table of tables) {
          const existing = seen.get(table.table)
          if (existing) this.set({ table: table.table }, hours(table, existing, clock()))
        }
      },
    })
  }

  async function make(connection: Connection, shape: PartitionedTable): Promise<void> {
    const { table } = shape
    const existing = await listPartitions(connection, table)
    seen.set(table, existing)
    const missing = missingPartitions(shape, existing, clock())
    await addPartitions(connection, table, missing)
    seen.set(table, [...existing, ...missing])
  }

  async function drop(connection: Connection, shape: PartitionedTable, needed: number): Promise<void> {
    const { table } = shape
    const existing = await listPartitions(connection, table)
    const expired = expiredPartitions(shape, existing, needed)
    await dropPartitions(connection, table, expired)
    seen.set(
      table,
      existing.filter(({ name }) => !expired.includes(name)),
    )
  }

  /** What another process has made and dropped. Answers for how many hours every table has partitions. */
  async function look(): Promise<number> {
    const names = tables.map(({ table }) => table)
    for (const [table, existing] of await listAllPartitions(database, names)) seen.set(table, existing)
    return Math.min(...tables.map((table) => hoursAhead(table, seen.get(table.table) ?? [], clock())))
  }

  /** A reader that holds one table must not keep the others from being served. */
  async function each(work: (table: PartitionedTable) => Promise<void>): Promise<void> {
    const faults: unknown[] = []
    for (const table of tables) await work(table).catch((error) => faults.push(error))
    if (faults.length > 0) throw new AggregateError(faults, faults.map(String).join('; '))
  }

  const task = schedule(
    everyTenMinutes,
    () => retention.turn().catch((error) => logger.warn({ err: error }, 'partitions could not be kept up')),
    { name: 'retention', noOverlap: true, timezone: 'UTC' },
  )

  const retention: Retention = {
    async makePartitions() {
      for (const waitSeconds of [0, waitForLeaderSeconds]) {
        const led = await asLeader(database, 'retention', waitSeconds, (connection) =>
          each((table) => make(connection, table)),
        )
        // A backup leads for as long as it takes, and whoever starts meanwhile has enough of what is there.
        if (led || (await look()) >= enoughHours) return
      }
      throw new Error('another process has been making partitions for too long')
    },
    async turn() {
      const led = await asLeader(database, 'retention', 0, async (connection) => {
        const needed = await neededSince(connection, tools.log, clock())
        await each(async (table) => {
          await make(connection, table)
          await drop(connection, table, needed)
        })
      })
      if (!led) await look()
      return led
    },
    async close() {
      await task.destroy()
    },
  }
  return retention
}

/**
 * `received` of the oldest record that may still be due, epoch ms: that of the last published record of a
 * partition that is behind the log, and now where none is.
 */
async function neededSince(connection: Connection, log: Log, now: number): Promise<number> {
  const ends = new Map((await log.bounds(topics.ingest)).map(({ partition, high }) => [partition, high]))
  const cursors = await readCursors(connection, persistGroup)
  const due = cursors.filter(({ partition, published }) => published < (ends.get(partition) ?? Infinity))
  return Math.min(now, ...due.map(({ publishedReceived }) => publishedReceived))
}
