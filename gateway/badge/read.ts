import { createHeld } from '@streamgauge/adapters/held.ts'
import { listAlerts } from '@streamgauge/adapters/mariadb/alerts-list.ts'
import { lastPoints } from '@streamgauge/adapters/mariadb/last-points.ts'
import { listSeries } from '@streamgauge/adapters/mariadb/series-list.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { Interval } from '../live/interval.ts'
import type { LastPoint, Presence } from '../live/presence.ts'
import type { Store } from '../store.ts'

export interface Reading {
  /** The newest point of the series; null when there is none. */
  readonly last: LastPoint | null
  /** How often that series beats, ms; null before it is known. */
  readonly intervalMs: number | null
  /** The worst state of an alert about them. */
  readonly alert: 'FIRING' | 'NO_DATA' | null
}

export interface Wanted {
  readonly tenantId: number
  readonly tenant: string
  readonly metric: string
  /** Undefined: of all agents, and of none. */
  readonly agent: string | undefined
}

/** Many pages show the same badge. Older than this one is read anew, ms; while the store is away it lasts a minute. */
const ages = { freshMs: 1_000, refreshMs: 5_000, staleMs: 60_000, capacity: 1_000, maxWaiting: 100 }
/** Enough points to know how often they come. */
const pointsEach = 4

/** Reads what badges show. */
export class Readings {
  readonly #store: Store
  readonly #presence: Presence
  readonly #rawRetentionMs: number
  readonly #held = createHeld<Reading>({ ...ages, mayServeStale: () => true })

  constructor(store: Store, presence: Presence, rawRetentionMs: number) {
    this.#store = store
    this.#presence = presence
    this.#rawRetentionMs = rawRetentionMs
  }

  /** Throws `UnavailableError` while the store is away and nothing is held. */
  of(wanted: Wanted): Promise<Reading> {
    const key = JSON.stringify([wanted.tenantId, wanted.metric, wanted.agent])
    return this.#held.get(key, () => this.#read(wanted))
  }

  async #read({ tenantId, tenant, metric, agent }: Wanted): Promise<Reading> {
    const ask = { tenantId, metrics: [metric], agents: agent === undefined ? [] : [agent] }
    const [series, alerts] = await Promise.all([
      this.#store.read((db) => listSeries(db, { ...ask, after: 0, limit: limits.listMax })),
      this.#store.read((db) =>
        listAlerts(db, { ...ask, ...everything, firing: true, limit: limits.listMax }),
      ),
    ])
    const newest = await this.#newest(
      tenant,
      series.map(({ id }) => id),
    )
    const alert = alerts.some(({ to }) => to === 'FIRING') ? 'FIRING' : alerts.length > 0 ? 'NO_DATA' : null
    return { last: newest?.last ?? null, intervalMs: newest?.intervalMs ?? null, alert }
  }

  async #newest(tenant: string, ids: readonly number[]) {
    const seen = ids.map((id) => this.#presence.seen(tenant, id)).filter((one) => one !== undefined)
    const known = new Set(seen.map(({ id }) => id))
    const unseen = ids.filter((id) => !known.has(id))
    const now = Date.now()
    const range = { since: now - this.#rawRetentionMs, until: now + limits.futureMs, count: pointsEach }
    const stored = await this.#store.read((db) => lastPoints(db, unseen, range))
    const found = [
      ...seen.map(({ last, interval }) => ({ last, intervalMs: interval.ms })),
      ...[...stored.values()].map((points) => ({ last: points[0], intervalMs: intervalOf(points) })),
    ]
    return found.reduce((best, one) => (best && best.last.ts >= one.last.ts ? best : one), found.at(0))
  }
}

const everything = { states: [], rules: [], from: undefined, to: undefined, before: undefined }

function intervalOf(newestFirst: readonly LastPoint[]): number | null {
  const interval = new Interval()
  for (const { ts } of newestFirst.toReversed()) interval.beat(ts)
  return interval.ms
}
