import { advanceFollower, lockFollower } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Connection, Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { readWindows, writeWindows } from '@streamgauge/adapters/mariadb/rollup.ts'
import { type WindowLength, windowLengths } from '@streamgauge/core/rollup.ts'
import { rollupGroup } from '@streamgauge/core/topics.ts'
import type { Memory } from './memory.ts'
import type { RollupStepHook } from './steps.ts'

/** Somebody else has moved the cursor: what this process remembers of the partition is worth nothing. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/**
 * Writes what a memory knows more than the rows: one transaction that moves the cursor together with the windows or
 * leaves nothing behind. Writing the same again leaves the same rows. Throws `Fenced`, or what MariaDB says; then
 * the memory must be dropped.
 */
export async function writeMemory(db: Database, memory: Memory, step?: RollupStepHook): Promise<void> {
  const { partition, saved, nextSrc, topicOffset } = memory
  step?.('rollup_taken')
  await inTransaction(db, async (connection) => {
    // 1. The lock comes first: from here on nobody else works on this partition.
    const cursor = await lockFollower(connection, rollupGroup, partition)
    if (cursor?.nextSrc !== saved.nextSrc || cursor.topicOffset !== saved.topicOffset)
      throw new Fenced(`the cursor is at ${cursor?.nextSrc}, not ${saved.nextSrc}`)
    step?.('rollup_locked')

    // 2. Windows that were opened since the last write get what their rows say, all of them are written.
    for (const length of Object.keys(windowLengths) as WindowLength[]) {
      const windows = memory.windows[length]
      const unread = windows.dirty.filter((window) => window.unread)
      windows.read(await readWindows(connection, length, unread))
      await writeWindows(connection, length, windows.dirty)
    }
    step?.('rollup_written')

    // 3. The cursor moves with them, where it is still ours.
    const to = { nextSrc, topicOffset }
    if (!(await advanceFollower(connection, rollupGroup, partition, { from: saved, to })))
      throw new Fenced('the cursor moved under its lock')
    step?.('rollup_moved')
  })
  step?.('rollup_committed')
  memory.saved = { nextSrc, topicOffset }
  memory.points = 0
  for (const windows of Object.values(memory.windows)) windows.written()
}

/** A connection whose transaction failed is closed, not reused: its state may be anything, a time-out included. */
export async function inTransaction<T>(
  db: Database,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await db.connection()
  try {
    await connection.begin()
    const result = await work(connection)
    await connection.commit()
    connection.release()
    return result
  } catch (error) {
    connection.destroy()
    throw error
  }
}
