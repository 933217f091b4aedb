import type { AgentState } from '@streamgauge/core/agent-status.ts'
import type { Audience } from './audience.ts'

/** An agent and what it is doing, as clients are told. */
export interface AgentNews {
  readonly agent: string
  readonly state: AgentState
}

interface Told {
  /** Status and reason: a change of these is news. */
  readonly word: string
  readonly version: number
  readonly state: AgentState
}

/** Changes that are found without looking at all agents. */
const recentChanges = 1_000

/** What the streams of one tenant were told of its agents; each stream remembers the version it has come to. */
export class Watch {
  readonly #told = new Map<string, Told>()
  /** Agents by change, the last of them made `#version`. */
  readonly #recent: string[] = []
  /** The last answer of `after`: streams that flow all ask the same. */
  readonly #answers = new Map<string, Buffer | undefined>()
  #version = 0

  get version(): number {
    return this.#version
  }

  /** Agents it knows of. */
  get size(): number {
    return this.#told.size
  }

  isOnline(agent: string): boolean {
    return this.#told.get(agent)?.word.startsWith('online') === true
  }

  /** Takes what an agent is doing now; true when that is news. `silently`: streams know it from the list. */
  tell({ agent, state }: AgentNews, silently = false): boolean {
    const word = `${state.status} ${state.reason}`
    if (this.#told.get(agent)?.word === word) return false
    if (!silently) {
      this.#version++
      this.#answers.clear()
      this.#recent.push(agent)
      if (this.#recent.length > recentChanges * 2) this.#recent.splice(0, recentChanges)
    }
    this.#told.set(agent, { word, version: this.#version, state })
    return true
  }

  /** The events of the agents that changed after `version`, for an audience or for all; undefined when none did. */
  after(version: number, audience: Audience | undefined): Buffer | undefined {
    if (version >= this.#version) return undefined
    const key = audience ? `${version} ${audience.brief} ${audience.key}` : `${version}`
    if (!this.#answers.has(key)) this.#answers.set(key, this.#join(version, audience))
    return this.#answers.get(key)
  }

  #join(version: number, audience: Audience | undefined): Buffer | undefined {
    const missed = this.#version - version
    const changed = missed <= this.#recent.length ? new Set(this.#recent.slice(-missed)) : this.#told.keys()
    const frames: Buffer[] = []
    for (const agent of changed) {
      const told = this.#told.get(agent)
      if (!told || told.version <= version || audience?.has(agent) === false) continue
      frames.push(agentFrame(agent, told.state, audience?.brief === true))
    }
    return frames.length > 0 ? Buffer.concat(frames) : undefined
  }
}

/** An `agent` event: it carries no id, for it has no place in the log. */
function agentFrame(agent: string, state: AgentState, brief: boolean): Buffer {
  const { status, reason, lastSeen, intervalMs } = state
  const interval = brief ? undefined : intervalMs && Math.round(intervalMs)
  const data = { agent_id: agent, status, reason, last_seen: lastSeen, interval_ms: interval }
  return Buffer.from(`event: agent\ndata: ${JSON.stringify(data)}\n\n`)
}
