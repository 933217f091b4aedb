import type { Connection, Database } from './pool.ts'

/** Somebody else held the lock for as long as was waited. */
export class LockBusy extends Error {}

/**
 * Runs `work` on a session of its own while that session holds a lock of this name, which belongs to the server, not
 * to the database. Throws `LockBusy` when it can't be had within `waitSeconds`.
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
    // The session ends, and with it the lock and a transaction that was left open.
    connection.destroy()
  }
}
