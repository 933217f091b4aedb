import type { Connection, Queryable } from './pool.ts'

/** How far a group that reads `metrics.persisted` is in one partition of it (docs/flow.md). */
export interface FollowerCursor {
  readonly partition: number
  /** The `src` to handle next: every ingest offset below has had its effect. */
  readonly nextSrc: number
  /** The offset in `metrics.persisted` to read next. */
  readonly topicOffset: number
  /** The first `src` that this group was responsible for. */
  readonly since: number
}

/** With the changes that the clock has made, where a group has such. */
export interface VersionedCursor extends FollowerCursor {
  readonly version: number
}

const columns = `topic_partition AS \`partition\`, next_offset AS nextSrc, topic_offset AS topicOffset, since, version`

/** All cursors of a group, in the order of their partitions. */
export function readFollowers(db: Queryable, group: string): Promise<VersionedCursor[]> {
  return db.query<VersionedCursor>(
    `SELECT ${columns} FROM cursors WHERE consumer_group = ? ORDER BY topic_partition`,
    [group],
  )
}

/** Makes the rows of a group. Rows that exist stay as they are. */
export async function insertFollowers(
  db: Queryable,
  group: string,
  cursors: readonly FollowerCursor[],
): Promise<void> {
  if (cursors.length === 0) return
  await db.execute(
    'INSERT IGNORE INTO cursors (consumer_group, topic_partition, next_offset, topic_offset, since) VALUES ?',
    [
      cursors.map(({ partition, nextSrc, topicOffset, since }) => [
        group,
        partition,
        nextSrc,
        topicOffset,
        since,
      ]),
    ],
  )
}

/** The cursor, locked until the end of the transaction. */
export async function lockFollower(
  connection: Connection,
  group: string,
  partition: number,
): Promise<VersionedCursor | undefined> {
  const [row] = await connection.query<VersionedCursor>(
    `SELECT ${columns} FROM cursors WHERE consumer_group = ? AND topic_partition = ? FOR UPDATE`,
    [group, partition],
  )
  return row
}

type Place = Pick<FollowerCursor, 'nextSrc' | 'topicOffset'> & { readonly version?: number }

/** Moves the cursor from `from` where it is still there; false when somebody else has moved it. */
export async function advanceFollower(
  connection: Connection,
  group: string,
  partition: number,
  { from, to }: { from: Place; to: Place },
): Promise<boolean> {
  const { affectedRows } = await connection.execute(
    `UPDATE cursors SET next_offset = ?, topic_offset = ?, version = ?
     WHERE consumer_group = ? AND topic_partition = ? AND next_offset = ? AND topic_offset = ? AND version = ?`,
    [
      ...[to.nextSrc, to.topicOffset, to.version ?? 0, group, partition],
      ...[from.nextSrc, from.topicOffset, from.version ?? 0],
    ],
  )
  return affectedRows === 1
}

/** Sets a partition of a group anew: only a person decides that, through `streamgauge doctor`. */
export async function resetFollower(
  db: Queryable,
  group: string,
  { partition, nextSrc, topicOffset, since }: FollowerCursor,
): Promise<void> {
  await db.execute(
    `UPDATE cursors SET next_offset = ?, topic_offset = ?, since = ?
     WHERE consumer_group = ? AND topic_partition = ?`,
    [nextSrc, topicOffset, since, group, partition],
  )
}
