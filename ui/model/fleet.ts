import type { Batch } from '@streamgauge/core/batch.ts'
import type { AgentItem, AgentState } from '../api/types.ts'
import { LastValues } from './last-values.ts'

/** What is known of the agents of a tenant: a list that was read, and what has come live since. No DOM. */
export class Fleet {
  readonly values = new LastValues()
  /** Grows with every change of a status or of the list: what is derived from them can be kept until then. */
  revision = 0
  readonly #agents = new Map<string, AgentItem>()
  readonly #shows: (agent: string) => boolean
  #since: AgentState[] | undefined
  #read = false

  /** @param shows which of them it is about: what comes of others, on the tenant's one stream, is not looked at */
  constructor(shows: (agent: string) => boolean = () => true) {
    this.#shows = shows
  }

  /** Undefined until the list has been read. */
  get agents(): readonly AgentItem[] | undefined {
    return this.#read ? [...this.#agents.values()] : undefined
  }

  get(agent: string): AgentItem | undefined {
    return this.#agents.get(agent)
  }

  /** The list is requested: changes that come before the answer are newer than it. */
  asked(): void {
    this.#since = []
  }

  /** Takes the list. */
  replace(items: readonly AgentItem[]): void {
    const since = this.#since ?? []
    this.#since = undefined
    const seen = new Map([...this.#agents].map(([agent, { last_seen }]) => [agent, last_seen]))
    this.#agents.clear()
    for (const item of items) {
      const last_seen = later(item.last_seen, seen.get(item.agent_id) ?? null)
      this.#agents.set(item.agent_id, { ...item, last_seen })
      for (const { metric_name, tags, last } of item.metrics)
        if (last) this.values.put([metric_name, item.agent_id, tags], last.ts, last.value)
    }
    this.#read = true
    this.revision++
    for (const state of since) this.apply(state)
  }

  /** An agent's status has changed; false when it is an agent that was not known. */
  apply(state: AgentState): boolean {
    if (!this.#shows(state.agent_id)) return true
    this.#since?.push(state)
    const known = this.#agents.get(state.agent_id)
    const last_seen = later(state.last_seen, known?.last_seen ?? null)
    this.#agents.set(state.agent_id, { metrics: [], ...known, ...state, last_seen })
    this.revision++
    return known !== undefined
  }

  /** Takes live points; true when one of them is of an agent that is not on the list, and no list is on its way. */
  heard(batch: Batch): boolean {
    this.values.take(batch)
    const listed = this.#read && this.#since === undefined
    let strangers = false
    for (const agent of new Set(batch.series.map(([, agent]) => agent))) {
      if (agent === null || !this.#shows(agent)) continue
      const known = this.#agents.get(agent)
      if (!known) strangers = listed
      else if ((known.last_seen ?? 0) < batch.received)
        this.#agents.set(agent, { ...known, last_seen: batch.received })
    }
    return strangers
  }
}

function later(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}
