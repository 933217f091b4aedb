import { ContextConsumer } from '@lit/context'
import type { ReactiveController, ReactiveElement } from 'lit'
import type { History } from '../api/types.ts'
import { mainMetric } from '../model/fleet-view.ts'
import { Trends, trendSlotMs, trendSlots } from '../model/trends.ts'
import { accessContext } from './contexts.ts'
import type { FleetController } from './fleet-controller.ts'

/** Agents of one request: the gateway takes a hundred. */
const agentsAtOnce = 50
/** Who stays in sight this long has its history read, ms: not who is scrolled past. */
const settleMs = 120
/** Points a series: thinned ones show their extremes as well. */
const maxPoints = 240

/** Keeps the last minutes of one metric of a fleet; what lies before the page was opened is read for those in sight. */
export class TrendsController implements ReactiveController {
  trends: Trends | undefined
  readonly #host: ReactiveElement
  readonly #fleet: FleetController
  readonly #wanted: () => string | undefined
  readonly #access: ContextConsumer<typeof accessContext, ReactiveElement>
  #revision = -1
  #main: string | undefined
  #tenant: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param wanted the metric to show; undefined for the one that stands for the fleet */
  constructor(host: ReactiveElement, fleet: FleetController, wanted: () => string | undefined) {
    this.#host = host
    this.#fleet = fleet
    this.#wanted = wanted
    this.#access = new ContextConsumer(host, { context: accessContext, subscribe: true })
    host.addController(this)
  }

  hostUpdate(): void {
    const { fleet, feed } = this.#fleet
    if (fleet.revision !== this.#revision) {
      this.#revision = fleet.revision
      this.#main = mainMetric(fleet.agents ?? [])
    }
    const metric = this.#wanted() ?? this.#main
    const tenant = feed.feed?.tenant
    if (this.trends?.metric === metric && this.#tenant === tenant) return
    this.#tenant = tenant
    this.trends = metric === undefined ? undefined : new Trends(metric)
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer)
  }

  /** These agents are in sight. */
  look(agents: readonly string[]): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#read(agents), settleMs)
  }

  async #read(inSight: readonly string[]): Promise<void> {
    const { trends } = this
    const { feed } = this.#fleet.feed
    const api = this.#access.value?.api
    const agents = trends?.missing(inSight, agentsAtOnce) ?? []
    if (!trends || !api || !feed || agents.length === 0) return
    const query = new URLSearchParams({
      metric: trends.metric,
      from: String(Math.floor(feed.clock.now() - trendSlots * trendSlotMs)),
      resolution: 'raw',
      max_points: String(maxPoints),
    })
    for (const agent of agents) query.append('agent', agent)
    try {
      const path = `/api/v1/tenants/${encodeURIComponent(feed.tenant)}/metrics?${query}`
      trends.fill((await api.get<History>(path)).batch)
      this.#host.requestUpdate()
    } catch {
      // the live side fills the line as well; whoever comes into sight again is asked for again
      trends.failed(agents)
    }
  }
}
