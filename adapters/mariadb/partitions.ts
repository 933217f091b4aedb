import type { Partition } from '@streamgauge/core/partitions.ts'
import type { Connection, Queryable } from './pool.ts'

/** The partitions of a table, from the lowest. */
export async function listPartitions(db: Queryable, table: string): Promise<Partition[]> {
  const rows = await db.query<{ name: string; lessThan: string }>(
    `SELECT PARTITION_NAME AS name, PARTITION_DESCRIPTION AS lessThan FROM information_schema.PARTITIONS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY PARTITION_ORDINAL_POSITION`,
    [table],
  )
  return rows.map(({ name, lessThan }) => ({ name, lessThan: Number(lessThan) }))
}

/** Adds partitions above the highest one, in one statement. */
export async function addPartitions(
  connection: Connection,
  table: string,
  partitions: readonly Partition[],
): Promise<void> {
  if (partitions.length === 0) return
  const list = partitions.map(({ name, lessThan }) => `PARTITION ${name} VALUES LESS THAN (${lessThan})`)
  await connection.execute(`ALTER TABLE ${table} ADD PARTITION (${list.join(', ')})`)
}

/** Drops partitions with their rows, in one statement. */
export async function dropPartitions(
  connection: Connection,
  table: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return
  await connection.execute(`ALTER TABLE ${table} DROP PARTITION ${names.join(', ')}`)
}

/** The partitions of several tables, each from the lowest, in one statement. */
export async function listAllPartitions(
  db: Queryable,
  tables: readonly string[],
): Promise<Map<string, Partition[]>> {
  const rows = await db.query<{ table: string; name: string; lessThan: string }>(
    `SELECT TABLE_NAME AS \`table\`, PARTITION_NAME AS name, PARTITION_DESCRIPTION AS lessThan
     FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ?
     ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION`,
    [[tables]],
  )
  const byTable = new Map<string, Partition[]>()
  for (const { table, name, lessThan } of rows) {
    const list = byTable.get(table) ?? []
    list.push({ name, lessThan: Number(lessThan) })
    byTable.set(table, list)
  }
  return byTable
}
