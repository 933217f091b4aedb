import type { Connection, Queryable } from './pool.ts'

const reasonLength = 500

/** Notes records that can't be persisted; a later attempt keeps the first reason. */
export async function insertDead(
  connection: Connection,
  partition: number,
  letters: readonly { offset: number; reason: string }[],
  now: number,
): Promise<void> {
  if (letters.length === 0) return
  await connection.execute(
    `INSERT INTO dead (topic_partition, record_offset, reason, created_at) VALUES ?
     ON DUPLICATE KEY UPDATE reason = reason`,
    [letters.map(({ offset, reason }) => [partition, offset, reason.slice(0, reasonLength), now])],
  )
}

/** Reasons of the dead records of a partition from `from` up to, not including, `to`, by offset. */
export async function findDead(
  db: Queryable,
  partition: number,
  from: number,
  to: number,
): Promise<Map<number, string>> {
  const rows = await db.query<{ record_offset: number; reason: string }>(
    `SELECT record_offset, reason FROM dead
     WHERE topic_partition = ? AND record_offset >= ? AND record_offset < ?`,
    [partition, from, to],
  )
  return new Map(rows.map(({ record_offset, reason }) => [record_offset, reason]))
}

/** The log that these offsets were of is gone. */
export async function forgetDead(connection: Connection, partition: number): Promise<void> {
  await connection.execute('DELETE FROM dead WHERE topic_partition = ?', [partition])
}
