import {
  type Claim,
  claimKey,
  findElsewhere,
  firstPositions,
  insertClaims,
} from '@streamgauge/adapters/mariadb/dedupe.ts'
import type { Connection, Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import { dedupeBucket, dedupeBucketMs } from '@streamgauge/core/dedupe.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { positionOf } from '@streamgauge/core/position.ts'
import { dedupeHash } from './hash.ts'
import type { Kept, LiveEntry } from './run.ts'

/** As many earlier buckets as an id must be remembered, and one more for the bucket that has just begun. */
const bucketsBack = Math.ceil(limits.dedupeMs / dedupeBucketMs) + 1

/** Says which of these claims count, each being the first of its id. */
type Judge = (claims: readonly Claim[]) => Promise<ReadonlySet<Claim>>

/**
 * Which points of a run are kept: those without an id, and the first arrival of each id in the log's order. Runs in
 * the run's transaction and writes the ids, so the answer stands from then on.
 */
export function dedupe(connection: Connection, entries: readonly LiveEntry[], now: number): Promise<Kept[]> {
  return judgeAll(entries, async (claims) => {
    const firsts = new Map<string, Claim>()
    for (const claim of claims) {
      const key = claimKey(claim)
      if (!firsts.has(key)) firsts.set(key, claim)
    }
    const counting = new Set<Claim>()
    for (const [bucket, group] of Map.groupBy(firsts.values(), (claim) => claim.bucket)) {
      for (const claim of await claimNew(connection, group, bucket, now)) counting.add(claim)
    }
    return counting
  })
}

/** The same answer again for records that have been persisted: a row keeps the place of the first arrival. */
export function dedupeStored(db: Queryable, entries: readonly LiveEntry[]): Promise<Kept[]> {
  return judgeAll(entries, async (claims) => {
    const counting = new Set<Claim>()
    for (const [bucket, group] of Map.groupBy(claims, (claim) => claim.bucket)) {
      const positions = await firstPositions(db, group, bucket)
      for (const claim of group) if (positions.get(claimKey(claim)) === claim.position) counting.add(claim)
    }
    return counting
  })
}

async function claimNew(
  connection: Connection,
  claims: readonly Claim[],
  bucket: number,
  now: number,
): Promise<Claim[]> {
  const newest = Math.max(bucket, dedupeBucket(now)) + 1
  const elsewhere = await findElsewhere(connection, claims, { bucket, oldest: bucket - bucketsBack, newest })
  const wanted = claims.filter((claim) => !elsewhere.has(claimKey(claim)))
  const inserted = await insertClaims(connection, wanted)
  // INSERT IGNORE also leaves out a row that has no partition: then it isn't there afterwards either.
  const refused = wanted.filter((claim) => !inserted.has(claimKey(claim)))
  if (refused.length > 0) {
    const positions = await firstPositions(connection, refused, bucket)
    if (refused.some((claim) => !positions.has(claimKey(claim)))) throw new NoDedupePartition(bucket)
  }
  return wanted.filter((claim) => inserted.has(claimKey(claim)))
}

/** There is no partition for ids of this time. */
export class NoDedupePartition extends Error {
  override readonly name = 'NoDedupePartition'

  constructor(bucket: number) {
    super(`dedupe has no partition for bucket ${bucket}`)
  }
}

/** Whole records first: a record that isn't kept must not claim its points' ids either. */
async function judgeAll(entries: readonly LiveEntry[], judge: Judge): Promise<Kept[]> {
  const whole = entries.map((entry) =>
    entry.batch.id === undefined ? null : claimOf(entry, 'record', entry.batch.id, 0),
  )
  const wholeKept = await judgeSome(whole, judge)
  const points = entries.map((entry, i) =>
    entry.batch.ids && isKept(whole[i], wholeKept) ? pointClaims(entry, entry.batch.ids) : null,
  )
  const pointsKept = await judgeSome(
    points.flatMap((claims) => claims ?? []),
    judge,
  )
  return entries.map((_entry, i) => {
    if (!isKept(whole[i], wholeKept)) return 'none'
    const claims = points[i]
    return claims ? maskOf(claims, pointsKept) : 'all'
  })
}

async function judgeSome(claims: readonly (Claim | null)[], judge: Judge): Promise<ReadonlySet<Claim>> {
  const some = claims.filter((claim) => claim !== null)
  return some.length === 0 ? new Set() : judge(some)
}

function pointClaims(entry: LiveEntry, ids: readonly (string | null)[]): (Claim | null)[] {
  return ids.map((id, index) => (id === null ? null : claimOf(entry, 'point', id, index)))
}

function claimOf(entry: LiveEntry, kind: 'point' | 'record', id: string, index: number): Claim {
  return {
    tenantId: entry.tenantId,
    id: dedupeHash(kind, id),
    bucket: dedupeBucket(entry.batch.received),
    position: positionOf(entry.record.offset, index),
  }
}

function isKept(claim: Claim | null, counting: ReadonlySet<Claim>): boolean {
  return claim === null || counting.has(claim)
}

function maskOf(claims: readonly (Claim | null)[], counting: ReadonlySet<Claim>): Kept {
  const mask = Uint8Array.from(claims, (claim) => (isKept(claim, counting) ? 1 : 0))
  if (!mask.includes(0)) return 'all'
  return mask.includes(1) ? mask : 'none'
}
