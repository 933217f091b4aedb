import { lastPoints } from '@streamgauge/adapters/mariadb/last-points.ts'
import { type ListedSeries, listSeries } from '@streamgauge/adapters/mariadb/series-list.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { Presence } from '../live/presence.ts'
import type { Store } from '../store.ts'

const seriesPerRead = 1_000
/** Series of one tenant whose stored points are looked up; agents beyond appear when they are heard. */
const seriesAtMost = 20_000
/** Enough points to know how often they come. */
const pointsEach = 4

/** Fills presence, once for each tenant, with what was stored before this process began to listen. */
export class Seeds {
  readonly #store: Store
  readonly #presence: Presence
  readonly #rawRetentionMs: number
  readonly #running = new Map<string, Promise<void>>()

  constructor(store: Store, presence: Presence, rawRetentionMs: number) {
    this.#store = store
    this.#presence = presence
    this.#rawRetentionMs = rawRetentionMs
  }

  /** Resolves when presence knows all agents of the tenant. Throws `UnavailableError` while MariaDB is away. */
  async fill(tenant: { readonly id: number; readonly name: string }): Promise<void> {
    if (this.#presence.complete(tenant.name)) return
    let running = this.#running.get(tenant.name)
    if (!running) {
      running = this.#read(tenant).finally(() => this.#running.delete(tenant.name))
      this.#running.set(tenant.name, running)
    }
    await running
  }

  async #read({ id: tenantId, name }: { readonly id: number; readonly name: string }): Promise<void> {
    const found: ListedSeries[] = []
    let page: ListedSeries[] = []
    do {
      const after = found.at(-1)?.id ?? 0
      const ask = { tenantId, withAgent: true, after, limit: seriesPerRead }
      page = await this.#store.read((db) => listSeries(db, ask))
      found.push(...page)
    } while (page.length === seriesPerRead && found.length < seriesAtMost)
    const now = Date.now()
    const range = { since: now - this.#rawRetentionMs, until: now + limits.futureMs, count: pointsEach }
    const points = new Map<number, readonly { ts: number; value: number }[]>()
    for (let i = 0; i < found.length; i += seriesPerRead) {
      const ids = found.slice(i, i + seriesPerRead).map(({ id }) => id)
      for (const [id, some] of await this.#store.read((db) => lastPoints(db, ids, range)))
        points.set(id, some)
    }
    const stored = found.map(({ id, name: series }) => ({ id, name: series, points: points.get(id) ?? [] }))
    this.#presence.add(name, stored, now)
  }
}
