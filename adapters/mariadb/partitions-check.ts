import {
  type Partition,
  partitionedTables,
  partitionFlaw,
  type Retentions,
} from '@streamgauge/core/partitions.ts'
import { listAllPartitions } from './partitions.ts'
import type { Queryable } from './pool.ts'

/** Runs a read wherever the caller runs its reads. */
type Ask = <T>(work: (db: Queryable) => Promise<T>) => Promise<T>

/** What is well is looked at again after this, ms; what isn't sooner, for somebody may be mending it. */
const ages = { well: 30_000, flawed: 5_000 }

/**
 * Asks the store whether the job that makes and drops partitions keeps up, whichever process runs it. Answers one
 * sentence for each table where it doesn't; throws when the store can't be asked.
 */
export function createPartitionsCheck(
  ask: Ask,
  keep: Retentions,
  clock: () => number = Date.now,
): () => Promise<readonly string[]> {
  const tables = partitionedTables(keep)
  let known: { at: number; flaws: readonly string[] } | undefined
  return async () => {
    const now = clock()
    if (known && now - known.at < (known.flaws.length > 0 ? ages.flawed : ages.well)) return known.flaws
    const names = tables.map(({ table }) => table)
    const existing = await ask((db) => listAllPartitions(db, names))
    const none: readonly Partition[] = []
    const flaws = tables.flatMap(
      (table) => partitionFlaw(table, existing.get(table.table) ?? none, now) ?? [],
    )
    known = { at: now, flaws }
    return flaws
  }
}

/** The same for `/health/ready`: throws what is wrong, answers the ms that asking took. */
export function partitionsPing(db: Queryable, keep: Retentions): () => Promise<number> {
  const check = createPartitionsCheck((work) => work(db), keep)
  return async () => {
    const start = performance.now()
    const flaws = await check()
    if (flaws.length > 0) throw new Error(flaws.join('; '))
    return performance.now() - start
  }
}
