import type { Connection, Param, Queryable } from './pool.ts'
import { keyConditions, type TenantKey, textOf } from './sql.ts'

/** An id that a point or a whole record carries, and the place of its arrival. */
export interface Claim extends TenantKey {
  /** `received` in units of `core/dedupe.ts` buckets. */
  readonly bucket: number
  readonly position: number
}

const rowsPerInsert = 1_000

export function claimKey({ tenantId, id }: TenantKey): string {
  return `${tenantId}:${textOf(id)}`
}

/**
 * Keys of those ids that any bucket from `oldest` to `newest` other than `bucket` remembers: the unique key holds
 * inside one bucket only. The range keeps the lookup from asking partitions that are made ahead and empty.
 */
export async function findElsewhere(
  connection: Connection,
  ids: readonly TenantKey[],
  range: { bucket: number; oldest: number; newest: number },
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const { sql, params } of keyConditions('id', ids)) {
    const rows = await connection.query<DedupeRow>(
      `SELECT tenant_id, id, position FROM dedupe
       WHERE ${sql} AND bucket BETWEEN ? AND ? AND bucket <> ?`,
      [...params, range.oldest, range.newest, range.bucket],
    )
    for (const row of rows) found.add(keyOf(row))
  }
  return found
}

/** Writes the claims that their bucket doesn't remember yet and answers the keys of exactly those. */
export async function insertClaims(connection: Connection, claims: readonly Claim[]): Promise<Set<string>> {
  const inserted = new Set<string>()
  for (let from = 0; from < claims.length; from += rowsPerInsert) {
    const values = claims
      .slice(from, from + rowsPerInsert)
      .map(({ tenantId, id, bucket, position }) => [tenantId, id, bucket, position])
    const rows = await connection.query<DedupeRow>(
      'INSERT IGNORE INTO dedupe (tenant_id, id, bucket, position) VALUES ? RETURNING tenant_id, id, position',
      [values],
    )
    for (const row of rows) inserted.add(keyOf(row))
  }
  return inserted
}

/** The position that each of these ids first arrived at, as far as this bucket remembers it, by key. */
export async function firstPositions(
  db: Queryable,
  ids: readonly TenantKey[],
  bucket: number,
): Promise<Map<string, number>> {
  const positions = new Map<string, number>()
  for (const { sql, params } of keyConditions('id', ids)) {
    const rows = await db.query<DedupeRow>(
      `SELECT tenant_id, id, position FROM dedupe WHERE ${sql} AND bucket = ?`,
      [...params, bucket] satisfies Param[],
    )
    for (const row of rows) positions.set(keyOf(row), row.position)
  }
  return positions
}

interface DedupeRow {
  readonly tenant_id: number
  readonly id: Buffer
  readonly position: number
}

function keyOf(row: DedupeRow): string {
  return claimKey({ tenantId: row.tenant_id, id: row.id })
}
