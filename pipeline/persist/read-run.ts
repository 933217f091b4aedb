import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { decode } from './decode.ts'
import type { Entry } from './run.ts'

/** What reading a record needs to know of the world. */
export interface Tenants {
  /** Ids of these tenants, by name; those that don't exist are left out. */
  idsOf(names: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/**
 * Reads a run of one partition. A record that is not a batch, of no known tenant, or in a partition that isn't its
 * tenant's, is dead; so is one that `verdicts` names. `now`: epoch ms.
 */
export async function readRun(
  records: readonly LogRecord[],
  tenants: Tenants,
  partitionFor: (tenant: string) => number,
  verdicts: ReadonlyMap<number, string>,
  now: number,
): Promise<Entry[]> {
  const decoded = records.map((record) => {
    const verdict = verdicts.get(record.offset)
    return verdict === undefined ? decode(record, now) : ({ ok: false, reason: verdict } as const)
  })
  const names = new Set(decoded.flatMap((one) => (one.ok ? [one.batch.tenant] : [])))
  const ids = await tenants.idsOf([...names])
  return records.map((record, i): Entry => {
    const one = decoded[i]
    if (!one.ok) return { record, dead: one.reason }
    const { tenant } = one.batch
    const tenantId = ids.get(tenant)
    if (tenantId === undefined) return { record, dead: `there is no tenant "${tenant}"` }
    if (partitionFor(tenant) !== record.partition)
      return { record, dead: `tenant "${tenant}" lives elsewhere` }
    return { record, batch: one.batch, tenantId, dead: null }
  })
}
