import type { Sighting } from '@streamgauge/core/agent-status.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { Interval } from './interval.ts'

export interface LastPoint {
  readonly ts: number
  readonly value: number
}

/** A series with its newest point. */
export interface SeenSeries {
  readonly id: number
  readonly name: SeriesName
  last: LastPoint
  readonly interval: Interval
}

/** A series as the database knows it, with its newest points, newest first. */
export interface StoredSeries {
  readonly id: number
  readonly name: SeriesName
  readonly points: readonly LastPoint[]
}

class Agent implements Sighting {
  lastSeen: number
  readonly series = new Set<SeenSeries>()
  /** The same in order, until there is another. */
  sorted: readonly SeenSeries[] | undefined

  constructor(lastSeen: number) {
    this.lastSeen = lastSeen
  }

  /** The agent is heard as often as the most frequent of its series. */
  get intervalMs(): number | null {
    let least: number | null = null
    for (const { interval } of this.series) {
      const { ms } = interval
      if (ms !== null && (least === null || ms < least)) least = ms
    }
    return least
  }
}

const noAgents: ReadonlyMap<string, Sighting> = new Map()

interface Tenant {
  readonly series: Map<number, SeenSeries>
  readonly agents: Map<string, Agent>
  touchedAt: number
  complete: boolean
}

const defaultCapacity = 200_000

/**
 * The newest point of every series and when each agent was seen. All of it is a cache: what it has forgotten is
 * read from the database again (`add`). Over its capacity it forgets the tenants that were quiet longest.
 */
export class Presence {
  readonly #capacity: number
  readonly #tenants = new Map<string, Tenant>()
  #size = 0

  constructor(capacity: number = defaultCapacity) {
    this.#capacity = capacity
  }

  /** A record has arrived. */
  note(batch: Batch): void {
    const tenant = this.#tenant(batch.tenant, batch.received)
    const newest = new Map<number, number>()
    for (let i = 0; i < batch.s.length; i++) {
      const known = newest.get(batch.s[i])
      if (known === undefined || batch.t[i] >= batch.t[known]) newest.set(batch.s[i], i)
    }
    for (const [place, i] of newest) {
      const id = batch.sid?.[place]
      if (id === undefined) continue
      const series = this.#series(tenant, id, batch.series[place], batch.t[i])
      if (batch.t[i] >= series.last.ts) series.last = { ts: batch.t[i], value: batch.x[i] }
      series.interval.beat(batch.t[i])
      this.#seen(tenant, series, batch.received)
    }
    this.#shrink(batch.tenant)
  }

  /** All that the database holds of a tenant's series; never puts older points in the place of newer ones. */
  add(name: string, stored: readonly StoredSeries[], now: number): void {
    const tenant = this.#tenant(name, now)
    tenant.complete = true
    for (const { id, name: seriesName, points } of stored) {
      const newest = points[0]
      if (!newest || tenant.series.has(id)) continue
      const series = this.#series(tenant, id, seriesName, newest.ts)
      series.last = newest
      for (const { ts } of points.toReversed()) series.interval.beat(ts)
      // When a point was accepted is not stored; a time ahead of the clock can't have been a sighting.
      this.#seen(tenant, series, Math.min(newest.ts, now))
    }
    this.#shrink(name)
  }

  seen(tenant: string, id: number): SeenSeries | undefined {
    return this.#tenants.get(tenant)?.series.get(id)
  }

  last(tenant: string, id: number): LastPoint | undefined {
    return this.#tenants.get(tenant)?.series.get(id)?.last
  }

  /** True once `add` has told what the database holds, until the tenant is forgotten. */
  complete(tenant: string): boolean {
    return this.#tenants.get(tenant)?.complete === true
  }

  /** The agents of a tenant, as a view of this moment: read it at once. */
  agents(name: string): ReadonlyMap<string, Sighting> {
    return this.#tenants.get(name)?.agents ?? noAgents
  }

  /** Whether an agent has sent one of these metrics, as far as that is known here. */
  sends(name: string, id: string, metrics: ReadonlySet<string>): boolean {
    for (const {
      name: [metric],
    } of this.#tenants.get(name)?.agents.get(id)?.series ?? []) {
      if (metrics.has(metric)) return true
    }
    return false
  }

  /** The series of an agent by metric name, then tags. */
  series(name: string, id: string): readonly SeenSeries[] {
    const agent = this.#tenants.get(name)?.agents.get(id)
    if (!agent) return []
    agent.sorted ??= inOrder([...agent.series])
    return agent.sorted
  }

  #series(tenant: Tenant, id: number, name: SeriesName, ts: number): SeenSeries {
    let series = tenant.series.get(id)
    if (!series) {
      series = { id, name, last: { ts, value: Number.NaN }, interval: new Interval() }
      tenant.series.set(id, series)
      this.#size++
    }
    return series
  }

  #seen(tenant: Tenant, series: SeenSeries, at: number): void {
    const id = series.name[1]
    if (id === null) return
    let agent = tenant.agents.get(id)
    if (!agent) {
      agent = new Agent(at)
      tenant.agents.set(id, agent)
    }
    agent.lastSeen = Math.max(agent.lastSeen, at)
    if (agent.series.has(series)) return
    agent.series.add(series)
    agent.sorted = undefined
  }

  #tenant(name: string, at: number): Tenant {
    let tenant = this.#tenants.get(name)
    if (!tenant) tenant = { series: new Map(), agents: new Map(), touchedAt: at, complete: false }
    tenant.touchedAt = Math.max(tenant.touchedAt, at)
    // Kept in the order of their last touch, so the first is the one to forget.
    this.#tenants.delete(name)
    this.#tenants.set(name, tenant)
    return tenant
  }

  #shrink(keep: string): void {
    for (const [name, tenant] of this.#tenants) {
      if (this.#size <= this.#capacity || name === keep) return
      this.#tenants.delete(name)
      this.#size -= tenant.series.size
    }
  }
}

function inOrder(series: readonly SeenSeries[]): SeenSeries[] {
  const keyed = series.map((one) => ({ one, key: JSON.stringify(one.name) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one)
}
