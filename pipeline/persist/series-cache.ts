const maxEntries = 1_000_000

/**
 * Series ids by tenant and identity, of committed rows only. Rows are never deleted and ids never change, so it
 * outlives rebalances; when it is full it begins anew.
 */
export class SeriesCache {
  readonly #byTenant = new Map<number, Map<string, number>>()
  readonly #max: number
  #size = 0

  constructor(max = maxEntries) {
    this.#max = max
  }

  get(tenantId: number, identity: string): number | undefined {
    return this.#byTenant.get(tenantId)?.get(identity)
  }

  add(learned: readonly { tenantId: number; identity: string; sid: number }[]): void {
    if (this.#size + learned.length > this.#max) {
      this.#byTenant.clear()
      this.#size = 0
    }
    for (const { tenantId, identity, sid } of learned) {
      let ids = this.#byTenant.get(tenantId)
      if (!ids) {
        ids = new Map()
        this.#byTenant.set(tenantId, ids)
      }
      ids.set(identity, sid)
    }
    this.#size += learned.length
  }
}
