import { UnavailableError } from '@streamgauge/adapters/breaker.ts'
import { createHeld } from '@streamgauge/adapters/held.ts'
import { agentsOfMetrics } from '@streamgauge/adapters/mariadb/agents-of-metrics.ts'
import type { Audience } from '../live/audience.ts'
import type { Presence } from '../live/presence.ts'
import type { Store } from '../store.ts'

interface Tenant {
  readonly id: number
  readonly name: string
}

const ages = { freshMs: 10_000, refreshMs: 60_000, staleMs: 24 * 3_600_000, capacity: 200, maxWaiting: 100 }
/** Agents of one tenant that are looked up; further ones are known from their points alone. */
const agentsAtMost = 10_000

/** Tells which agents have series of the metrics that a token of the scope publish shows: it hears of no others. */
export class PublishedAgents {
  readonly #store: Store
  readonly #presence: Presence
  readonly #stored = createHeld<ReadonlySet<string>>({ ...ages, mayServeStale: () => true })

  constructor(store: Store, presence: Presence) {
    this.#store = store
    this.#presence = presence
  }

  /** Those that have them now, and from then on also those that begin to send them. */
  async of({ id, name }: Tenant, metrics: readonly string[]): Promise<Audience> {
    const key = JSON.stringify([id, [...metrics].sort()])
    const wanted = new Set(metrics)
    const stored = await this.#read(key, id, metrics)
    return {
      has: (agent) => stored.has(agent) || this.#presence.sends(name, agent, wanted),
      key,
      brief: true,
    }
  }

  /** While the store is away, points that were seen are all there is to go by. */
  async #read(key: string, id: number, metrics: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      return await this.#stored.get(
        key,
        async () => new Set(await this.#store.read((db) => agentsOfMetrics(db, id, metrics, agentsAtMost))),
      )
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      return new Set()
    }
  }
}
