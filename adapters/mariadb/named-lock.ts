import type { Connection, Database } from './pool.ts'

/** Somebody else held the lock for as long as was waited. */
export class LockBusy extends Error {}

/**
 * Runs `work` on a connection of its own while that holds a lock of this name, which belongs to the server, not to
 * the database. A transaction that `work` leaves open is rolled back. Throws `LockBusy` when the lock can't be had
 * within `waitSeconds`.
 */
export async function withNamedLock<T>(
  database: Database,
  lock: { readonly name: string; readonly waitSeconds: number },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await database.connection()
  try {
    const sql = 'SELECT GET_LOCK(SHA1(?), ?) AS held'
    const [{ held }] = await connection.query<{ held: number | null }>(sql, [lock.name, lock.waitSeconds])
    if (held !== 1) throw new LockBusy(`${lock.name} is held by another process`)
    return await work(connection)
  } finally {
    await letGo(connection, lock.name)
  }
}

/** Ending the session would do too, but the server takes its time to notice. */
async function letGo(connection: Connection, name: string): Promise<void> {
  try {
    await connection.rollback()
    await connection.execute('DO RELEASE_LOCK(SHA1(?))', [name])
    connection.release()
  } catch {
    connection.destroy()
  }
}
