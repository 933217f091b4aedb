import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { addPartitions, dropPartitions, listPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { schedule } from 'node-cron'
import { persistGroup } from '../persist/write-run.ts'
import { expiredPartitions, hoursAhead, missingPartitions, partitionedTables } from './plan.ts'

/** Adding is cheap when there is nothing to add, and an hour has six chances. */
const everyTenMinutes = '*/10 * * * *'
/** Named locks belong to the server, not to the database. */
const lockName = `SHA1(CONCAT(DATABASE(), '.retention'))`
const waitForLeaderSeconds = 20

export interface Retention {
  /** Makes what is missing, in this process or by waiting for the leader that does. Throws when it can't. */
  makePartitions(): Promise<void>
  /** One turn of the job: makes, drops, measures. False when another process is at it. */
  turn(): Promise<boolean>
  close(): Promise<void>
}

interface Tools {
  readonly database: Database
  readonly log: Log
  readonly logger: Logger
  readonly registry: Registry
  readonly rawRetentionMs: number
  readonly clock: () => number
}

/** Makes partitions ahead and drops old ones, every ten minutes, in one process at a time. */
export function startRetention(tools: Tools): Retention {
  const { database, logger, clock } = tools
  const tables = partitionedTables(tools.rawRetentionMs)
  const ahead = new Gauge({
    name: 'streamgauge_partitions_ahead_hours',
    help: 'Hours for which there are partitions; persist halts when it reaches 0',
    labelNames: ['table'],
    registers: [tools.registry],
  })

  async function make(connection: Connection): Promise<void> {
    for (const table of tables) {
      const existing = await listPartitions(connection, table.table)
      const missing = missingPartitions(table, existing, clock())
      await addPartitions(connection, table.table, missing)
      ahead.set({ table: table.table }, hoursAhead(table, [...existing, ...missing], clock()))
    }
  }

  async function drop(connection: Connection): Promise<void> {
    const needed = await neededSince(connection, tools.log, clock())
    for (const table of tables) {
      const expired = expiredPartitions(table, await listPartitions(connection, table.table), needed)
      await dropPartitions(connection, table.table, expired)
    }
  }

  async function turn(): Promise<boolean> {
    return asLeader(database, 0, async (connection) => {
      await make(connection)
      await drop(connection)
    })
  }

  const task = schedule(
    everyTenMinutes,
    () => turn().catch((error) => logger.warn({ err: error }, 'partitions could not be kept up')),
    { name: 'retention', noOverlap: true, timezone: 'UTC' },
  )

  return {
    async makePartitions() {
      const led = await asLeader(database, waitForLeaderSeconds, make)
      if (!led) throw new Error('another process has been making partitions for too long')
    },
    turn,
    async close() {
      await task.destroy()
    },
  }
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

/** Runs `work` on a session of its own while holding the leader lock; false when another process holds it. */
async function asLeader(
  database: Database,
  waitSeconds: number,
  work: (connection: Connection) => Promise<void>,
): Promise<boolean> {
  const connection = await database.connection()
  try {
    // DDL waits for running statements and holds up new ones meanwhile: it must give up soon.
    await connection.execute('SET SESSION lock_wait_timeout = 2')
    const [lock] = await connection.query<{ held: number | null }>(
      `SELECT GET_LOCK(${lockName}, ?) AS held`,
      [waitSeconds],
    )
    if (lock.held !== 1) return false
    await work(connection)
    return true
  } finally {
    // The session ends with its lock and its settings.
    connection.destroy()
  }
}
