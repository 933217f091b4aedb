import { type AgentRow, listAgents } from '@streamgauge/adapters/mariadb/agents.ts'
import type { AgentChange } from '@streamgauge/adapters/redis/presence.ts'
import type { Store } from '../store.ts'

export interface FleetOptions {
  readonly store: Store
  /** What was told last of a tenant's agents: it may be ahead of the store while that is away. */
  readonly told: (tenant: string) => Promise<readonly AgentChange[]>
  /** How old what was read may be, ms: Infinity while every change is told. */
  readonly maxAgeMs: () => number
  readonly capacity?: number
}

interface Tenant {
  agents: Map<string, AgentRow>
  /** Undefined while it has to be read anew. */
  readAt: number | undefined
  reading: Promise<void> | undefined
  /** What the bell told while the table was being read. */
  heard: AgentChange[]
}

const agentsPerRead = 1_000
/** Enrolled agents in memory over all tenants. */
const defaultCapacity = 50_000
const none: ReadonlyMap<string, AgentRow> = new Map()

/** The enrolled agents as they were last told: a cache of the table, kept fresh by the bell. */
export class Fleet {
  readonly #o: FleetOptions
  readonly #tenants = new Map<string, Tenant>()
  #outdated = 0

  constructor(options: FleetOptions) {
    this.#o = options
  }

  /** Resolves when the agents of a tenant are known. Throws `UnavailableError` while MariaDB is away. */
  async fill({ id, name }: { readonly id: number; readonly name: string }): Promise<void> {
    const tenant = this.#tenant(name)
    if (tenant.readAt !== undefined && Date.now() - tenant.readAt <= this.#o.maxAgeMs()) return
    tenant.reading ??= this.#read(id, name, tenant).finally(() => {
      tenant.reading = undefined
      tenant.heard = []
      this.#shrink(name)
    })
    await tenant.reading
  }

  /** Agents by name, revoked ones included, as a view of this moment. */
  of(name: string): ReadonlyMap<string, AgentRow> {
    return this.#tenants.get(name)?.agents ?? none
  }

  /** The bell told of an agent; true when that was news. */
  apply(change: AgentChange): boolean {
    const tenant = this.#tenants.get(change.tenant)
    if (!tenant) return false
    if (tenant.reading) tenant.heard.push(change)
    return put(tenant.agents, change)
  }

  /** The bell was missed: everything is to be read again. */
  outdate(): void {
    this.#outdated++
    for (const tenant of this.#tenants.values()) tenant.readAt = undefined
  }

  async #read(id: number, name: string, tenant: Tenant): Promise<void> {
    const readAt = Date.now()
    const outdated = this.#outdated
    const told = this.#o.told(name).catch((): AgentChange[] => [])
    const rows = await this.#rows(id).catch((error: unknown) => error as Error)
    const { agents: before, heard } = tenant
    const ahead = [...before.values(), ...(await told)]
    if (rows instanceof Error) {
      for (const change of ahead) put(before, change)
      throw rows
    }
    const agents = new Map(rows.map((row) => [row.agentId, row]))
    // The table is the truth of who is enrolled; of their status something newer may have been told.
    for (const change of ahead) if (agents.has(change.agentId)) put(agents, change)
    for (const change of heard) put(agents, change)
    tenant.agents = agents
    if (outdated === this.#outdated) tenant.readAt = readAt
  }

  async #rows(id: number): Promise<AgentRow[]> {
    const rows: AgentRow[] = []
    let page: AgentRow[] = []
    do {
      const after = rows.at(-1)?.agentId ?? ''
      page = await this.#o.store.read((db) => listAgents(db, id, { after, limit: agentsPerRead }))
      rows.push(...page)
    } while (page.length === agentsPerRead)
    return rows
  }

  #tenant(name: string): Tenant {
    const tenant = this.#tenants.get(name) ?? {
      agents: new Map(),
      readAt: undefined,
      reading: undefined,
      heard: [],
    }
    // Kept in the order of their last use, so the first is the one to forget.
    this.#tenants.delete(name)
    this.#tenants.set(name, tenant)
    return tenant
  }

  #shrink(keep: string): void {
    let size = 0
    for (const { agents } of this.#tenants.values()) size += agents.size
    for (const [name, { agents }] of this.#tenants) {
      if (size <= (this.#o.capacity ?? defaultCapacity)) return
      if (name === keep) continue
      this.#tenants.delete(name)
      size -= agents.size
    }
  }
}

/** Takes a change that is news; true when it was. */
function put(agents: Map<string, AgentRow>, change: AgentChange): boolean {
  const known = agents.get(change.agentId)
  if (known && !isNewer(change, known)) return false
  agents.set(change.agentId, completed(change, known))
  return true
}

/** Of two tellings of one agent: enrolled anew before revoked before a later run before a later word. */
function isNewer(next: AgentChange, known: AgentChange): boolean {
  const order = (a: AgentChange) => [
    a.generation,
    a.revokedAt === null ? 0 : 1,
    a.epoch ?? -1,
    a.statusAt ?? -1,
  ]
  const [left, right] = [order(next), order(known)]
  const first = left.findIndex((value, i) => value !== right[i])
  return first >= 0 && left[first] > right[first]
}

function completed(change: AgentChange, known: AgentRow | undefined): AgentRow {
  return {
    ...change,
    version: change.version === undefined ? (known?.version ?? null) : change.version,
    inventory: change.inventory === undefined ? (known?.inventory ?? null) : change.inventory,
  }
}
