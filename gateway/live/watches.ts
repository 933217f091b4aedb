import type { AgentState, Sight } from '@streamgauge/core/agent-status.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import type { Roster } from './roster.ts'
import { Watch } from './watch.ts'

export interface WatchesOptions {
  readonly roster: Roster
  /** Whether the tenant has open streams. */
  readonly watched: (tenant: string) => boolean
  /** The streams of this tenant have something to tell. */
  readonly onNews: (tenant: string) => void
}

interface Entry {
  readonly tenant: { readonly id: number; readonly name: string }
  readonly watch: Watch
  /** The first look at all agents. */
  readonly first: Promise<void>
  ready: boolean
  /** A stream has opened without having waited for the first look. */
  impatient: boolean
  openedAt: number
  looking: boolean
}

const watchDefaults = {
  /** Silence is noticed by looking, ms. */
  lookMs: 500,
  /** The longest that a stream waits for the first look, ms. */
  patienceMs: 1_000,
  /** An entry that no stream has used yet stays this long, ms. */
  unusedMs: 10_000,
  /** Agents of one tenant whose changes are told. */
  agentsPerTenant: 10_000,
}

/** Finds out what changes about the agents of tenants that have open streams. */
export class Watches {
  readonly #o: WatchesOptions
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchesOptions) {
    this.#o = options
  }

  /** What a stream that opens now is told; waits a moment so that the state of before is known. */
  async open(tenant: { readonly id: number; readonly name: string }): Promise<Watch> {
    const entry = this.#entries.get(tenant.name) ?? this.#add(tenant)
    entry.openedAt = Date.now()
    if (!entry.ready) {
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, watchDefaults.patienceMs)
      })
      await Promise.race([entry.first, patience])
      clearTimeout(timer)
      entry.impatient ||= !entry.ready
    }
    return entry.watch
  }

  /** A record was seen: agents in it are back at once. */
  noted(batch: Batch): void {
    const entry = this.#entries.get(batch.tenant)
    if (!entry?.ready) return
    const { watch } = entry
    let news = false
    for (const [, agent] of batch.series) {
      if (agent === null || watch.isOnline(agent) || watch.size >= watchDefaults.agentsPerTenant) continue
      const state = this.#o.roster.state(batch.tenant, agent, this.#o.roster.clearSight())
      if (state.status === 'online' && watch.tell({ agent, state })) news = true
    }
    if (news) this.#o.onNews(batch.tenant)
  }

  /** Something was told of an enrolled agent. */
  changed(tenant: string, agent: string): void {
    const entry = this.#entries.get(tenant)
    if (!entry?.ready) return
    const state = this.#o.roster.state(tenant, agent, this.#o.roster.clearSight())
    if (!isBySilence(state) && entry.watch.tell({ agent, state })) this.#o.onNews(tenant)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#entries.clear()
  }

  #add(tenant: Entry['tenant']): Entry {
    const first = Promise.withResolvers<void>()
    const entry: Entry = {
      tenant,
      watch: new Watch(),
      first: first.promise,
      ready: false,
      impatient: false,
      openedAt: Date.now(),
      looking: false,
    }
    this.#entries.set(tenant.name, entry)
    this.#look(entry).then(first.resolve)
    // Without streams nobody looks: an idle gateway sleeps.
    this.#timer ??= setInterval(() => this.#tick(), watchDefaults.lookMs).unref()
    return entry
  }

  #tick(): void {
    const now = Date.now()
    for (const [name, entry] of this.#entries) {
      if (this.#o.watched(name)) entry.openedAt = now
      else if (now - entry.openedAt > watchDefaults.unusedMs) this.#entries.delete(name)
      if (!entry.looking) void this.#look(entry)
    }
    if (this.#entries.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Looks at all agents of a tenant. Never throws: what can't be read now is read at the next look. */
  async #look(entry: Entry): Promise<void> {
    const { roster, onNews } = this.#o
    const { tenant, watch } = entry
    entry.looking = true
    try {
      // While the store is away, what is known already is still worth a look.
      await roster.fill(tenant).catch(() => undefined)
      const names = roster.names(tenant.name).slice(0, watchDefaults.agentsPerTenant)
      // The log is only asked where somebody is silent.
      const clear = roster.clearSight()
      const silent = names.some((agent) => isBySilence(roster.state(tenant.name, agent, clear)))
      const sight = silent ? await roster.sight(tenant.name) : clear
      const silently = !entry.ready && !entry.impatient
      if (this.#tellAll(watch, names, tenant.name, sight, silently)) onNews(tenant.name)
      entry.ready = true
    } finally {
      entry.looking = false
    }
  }

  #tellAll(watch: Watch, names: readonly string[], tenant: string, sight: Sight, silently: boolean): boolean {
    let news = false
    for (const agent of names) {
      const state = this.#o.roster.state(tenant, agent, sight)
      if (watch.tell({ agent, state }, silently) && !silently) news = true
    }
    return news
  }
}

/** Decided by how long nothing was heard: needs to be known how far that could have been heard. */
function isBySilence({ status, reason, lastSeen }: AgentState): boolean {
  return reason === 'silent' || (status === 'unknown' && lastSeen !== null)
}
