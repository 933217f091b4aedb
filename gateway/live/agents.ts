import type { Logger } from '@streamgauge/adapters/log.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { listenPresence, readPresence } from '@streamgauge/adapters/redis/presence.ts'
import type { Store } from '../store.ts'
import type { Seeds } from '../tenant/seed.ts'
import type { Behind } from './behind.ts'
import { Edge } from './edge.ts'
import { Fleet } from './fleet.ts'
import type { Presence } from './presence.ts'
import { Roster } from './roster.ts'
import { Watches } from './watches.ts'

export interface AgentsOptions {
  readonly store: Store
  readonly redis: RedisStore
  readonly redisUrl: string
  readonly presence: Presence
  readonly seeds: Seeds
  readonly behind: Behind
  readonly partitionFor: (tenant: string) => number
  /** Whether the tenant has open streams. */
  readonly watched: (tenant: string) => boolean
  /** The streams of this tenant have something to tell. */
  readonly onNews: (tenant: string) => void
  readonly logger: Logger
}

export interface Agents {
  readonly fleet: Fleet
  readonly roster: Roster
  readonly watches: Watches
  close(): void
}

/** What was read of enrolled agents is this old at most while changes may be missed, ms. */
const unheardMs = 3_000

/** Follows who is there and what they do: the bell, the table behind it, and silence. */
export function followAgents(options: AgentsOptions): Agents {
  const { store, redis, presence, seeds, behind, partitionFor, logger } = options
  const edge = new Edge()
  let listening = false
  // A connection that hangs looks like one on which nothing is told; beats tell the two apart.
  const told = () => listening && edge.beating(Date.now())
  const fleet = new Fleet({
    store,
    told: (tenant) => readPresence(redis, tenant),
    maxAgeMs: () => (told() ? Number.POSITIVE_INFINITY : unheardMs),
  })
  const roster = new Roster({ presence, seeds, fleet, edge, behind, partitionFor })
  const watches = new Watches({ roster, watched: options.watched, onNews: options.onNews })
  const bell = listenPresence(
    { url: options.redisUrl, logger },
    {
      agent(change) {
        if (fleet.apply(change)) watches.changed(change.tenant, change.agentId)
      },
      beat(beat) {
        // What a bridge that began or was away has told before is read where it was stored.
        if (edge.note(beat, Date.now())) fleet.outdate()
      },
      listening(yes) {
        listening = yes
        if (yes) fleet.outdate()
      },
    },
  )
  return {
    fleet,
    roster,
    watches,
    close() {
      bell.close()
      watches.close()
    },
  }
}
