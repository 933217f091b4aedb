import { forgetDead } from './dead.ts'
import type { Connection, Database, Queryable } from './pool.ts'

/** How far a consumer group is in one partition of `metrics.ingest` (docs/flow.md). */
export interface Cursor {
  readonly partition: number
  /** The next ingest offset to handle. */
  readonly nextOffset: number
  /** Every offset below is known to be in `metrics.persisted`. */
  readonly published: number
  /** `received` of the last published record, epoch ms; 0 before the first. */
  readonly publishedReceived: number
  /** Fingerprint of the record at `nextOffset - 1`; null when there is nothing to compare. */
  readonly fingerprint: Buffer | null
}

const columns = `topic_partition AS \`partition\`, next_offset AS nextOffset, published,
  published_received AS publishedReceived, fingerprint`

/** Makes the rows of a group that begins with the topic. Rows that exist stay as they are. */
export async function createCursors(db: Queryable, group: string, partitions: number): Promise<void> {
  const rows = Array.from({ length: partitions }, (_, partition) => [group, partition])
  await db.execute('INSERT IGNORE INTO cursors (consumer_group, topic_partition) VALUES ?', [rows])
}

/** All cursors of a group, in the order of their partitions. */
export function readCursors(db: Queryable, group: string): Promise<Cursor[]> {
  return db.query<Cursor>(
    `SELECT ${columns} FROM cursors WHERE consumer_group = ? ORDER BY topic_partition`,
    [group],
  )
}

/** The cursor, locked until the end of the transaction. */
export async function lockCursor(
  connection: Connection,
  group: string,
  partition: number,
): Promise<Cursor | undefined> {
  const [row] = await connection.query<Cursor>(
    `SELECT ${columns} FROM cursors WHERE consumer_group = ? AND topic_partition = ? FOR UPDATE`,
    [group, partition],
  )
  return row
}

/** What a group knows to be in `metrics.persisted`. */
export interface Published {
  readonly published: number
  readonly publishedReceived: number
}

/** Moves the cursor from `from` where it is still there; false when somebody else has moved it. */
export async function advanceCursor(
  connection: Connection,
  group: string,
  partition: number,
  move: { from: number; to: number; fingerprint: Buffer } & Published,
): Promise<boolean> {
  const { affectedRows } = await connection.execute(
    `UPDATE cursors SET next_offset = ?, fingerprint = ?, ${raisePublished}
     WHERE consumer_group = ? AND topic_partition = ? AND next_offset = ?`,
    [move.to, move.fingerprint, ...raised(move), group, partition, move.from],
  )
  return affectedRows === 1
}

/** Remembers how far publishing has come; never lowers it, so a late writer does no harm. */
export async function savePublished(
  db: Queryable,
  group: string,
  partition: number,
  known: Published,
): Promise<void> {
  await db.execute(
    `UPDATE cursors SET ${raisePublished}
     WHERE consumer_group = ? AND topic_partition = ? AND next_offset >= ?`,
    [...raised(known), group, partition, known.published],
  )
}

// Assignments run from left to right: the second must see the old `published`.
const raisePublished = `published_received = IF(? > published, ?, published_received),
  published = GREATEST(published, ?)`

function raised({ published, publishedReceived }: Published): number[] {
  return [published, publishedReceived, published]
}

/**
 * Sets a partition anew: only a person decides that, through `streamgauge doctor`. Groups that read
 * `metrics.persisted` go along: on another log to its end, `topicEnd`, for what is there is of the old one, and so are
 * dead offsets, which are forgotten; on the same log where they had come as far as `published`, and the others meet the
 * hole themselves.
 */
export async function resetCursors(
  db: Database,
  group: string,
  partition: number,
  to: { nextOffset: number; published: number; topicEnd: number | null },
): Promise<void> {
  const { nextOffset, published, topicEnd } = to
  await db.transaction(async (connection) => {
    const cursor = await lockCursor(connection, group, partition)
    await connection.execute(
      `UPDATE cursors SET next_offset = ?, published = ?, fingerprint = NULL
       WHERE topic_partition = ? AND consumer_group = ?`,
      [nextOffset, published, partition, group],
    )
    await connection.execute(
      `UPDATE cursors SET next_offset = ?, since = ?, topic_offset = COALESCE(?, topic_offset)
       WHERE topic_partition = ? AND consumer_group <> ? AND (? OR next_offset = ?)`,
      [published, published, topicEnd, partition, group, topicEnd !== null, cursor?.published ?? 0],
    )
    if (topicEnd !== null) await forgetDead(connection, partition)
  })
}

/**
 * After the store was restored: what `metrics.persisted` has got since the backup names series by ids that others have
 * now. Groups that read it go on at its end (`ends`, by partition), and `group` publishes again what the last of them
 * has not had.
 */
export async function rewindPublished(
  db: Database,
  group: string,
  ends: ReadonlyMap<number, number>,
): Promise<void> {
  await db.transaction(async (connection) => {
    for (const [partition, end] of ends) {
      const cursor = await lockCursor(connection, group, partition)
      const [{ least }] = await connection.query<{ least: number | null }>(
        'SELECT MIN(next_offset) AS least FROM cursors WHERE topic_partition = ? AND consumer_group <> ?',
        [partition, group],
      )
      if (!cursor) continue
      await connection.execute(
        'UPDATE cursors SET published = ? WHERE topic_partition = ? AND consumer_group = ?',
        [Math.min(cursor.published, least ?? cursor.published), partition, group],
      )
      await connection.execute(
        'UPDATE cursors SET topic_offset = ? WHERE topic_partition = ? AND consumer_group <> ?',
        [end, partition, group],
      )
    }
  })
}
