import { type AgentState, agentState, type Sight } from '@streamgauge/core/agent-status.ts'
import type { Seeds } from '../tenant/seed.ts'
import type { Behind } from './behind.ts'
import type { Edge } from './edge.ts'
import type { Fleet } from './fleet.ts'
import type { Presence } from './presence.ts'

export interface RosterOptions {
  readonly presence: Presence
  readonly seeds: Pick<Seeds, 'fill'>
  readonly fleet: Fleet
  readonly edge: Edge
  readonly behind: Pick<Behind, 'of'>
  readonly partitionFor: (tenant: string) => number
}

interface Tenant {
  readonly id: number
  readonly name: string
}

/** Who is there: the agents that were enrolled and those known from their points, and what each is doing. */
export class Roster {
  readonly #o: RosterOptions

  constructor(options: RosterOptions) {
    this.#o = options
  }

  /** Reads what is stored of a tenant's agents. While MariaDB is away: throws when nothing is known of any. */
  async fill(tenant: Tenant): Promise<void> {
    const reads = await Promise.allSettled([this.#o.seeds.fill(tenant), this.#o.fleet.fill(tenant)])
    const failed = reads.find((read) => read.status === 'rejected')
    if (failed && this.names(tenant.name).length === 0) throw failed.reason
  }

  /** In no order. */
  names(tenant: string): string[] {
    const seen = this.#o.presence.agents(tenant)
    const enrolled = this.#o.fleet.of(tenant)
    const names = [...enrolled.keys()]
    for (const name of seen.keys()) if (!enrolled.has(name)) names.push(name)
    return names
  }

  /** As if all that was accepted were seen here: enough to find who may be silent. */
  clearSight(): Sight {
    const now = Date.now()
    return { now, seenUntil: now, ...this.#o.edge.sight(now) }
  }

  /** How far a judgement about agents of this tenant reaches; asks the log. */
  async sight(tenant: string): Promise<Sight> {
    const { seenUntil } = await this.#o.behind.of(this.#o.partitionFor(tenant))
    const now = Date.now()
    return { now, seenUntil, ...this.#o.edge.sight(now) }
  }

  state(tenant: string, agent: string, sight: Sight): AgentState {
    const { fleet, presence } = this.#o
    return agentState(fleet.of(tenant).get(agent), presence.agents(tenant).get(agent), sight)
  }
}
