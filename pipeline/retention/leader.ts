import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'

/** Runs `work` on a session of its own while holding the lock of a job; false when another process holds it. */
export async function asLeader(
  database: Database,
  job: 'retention' | 'audit' | 'alerts',
  waitSeconds: number,
  work: (connection: Connection) => Promise<void>,
): Promise<boolean> {
  const connection = await database.connection()
  try {
    // DDL waits for running statements and holds up new ones meanwhile: it must give up soon. One that changes
    // partitions waits a second time while it gives up: 2 s in all.
    await connection.execute('SET SESSION lock_wait_timeout = 1')
    // Named locks belong to the server, not to the database.
    const [lock] = await connection.query<{ held: number | null }>(
      `SELECT GET_LOCK(SHA1(CONCAT(DATABASE(), '.', ?)), ?) AS held`,
      [job, waitSeconds],
    )
    if (lock.held !== 1) return false
    await work(connection)
    return true
  } finally {
    // The session ends with its lock and its settings.
    connection.destroy()
  }
}
