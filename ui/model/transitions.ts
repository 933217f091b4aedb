import type { AgentState } from '../api/types.ts'

/** Changes are told this far apart, ms: a listener must be able to follow. */
const restMs = 3000

/** Puts changes of status into words: one agent by name, several as a count. */
export class Transitions {
  #waiting = new Map<string, AgentState>()
  #toldAt = Number.NEGATIVE_INFINITY

  note(state: AgentState): void {
    this.#waiting.set(state.agent_id, state)
  }

  /** What to say now; undefined when there is nothing, or it is too soon. */
  tell(nowMs: number): string | undefined {
    if (this.#waiting.size === 0 || nowMs - this.#toldAt < restMs) return undefined
    this.#toldAt = nowMs
    const states = [...this.#waiting.values()]
    this.#waiting = new Map()
    if (states.length === 1) {
      const [{ agent_id, status, reason }] = states
      return `${agent_id} is ${[status, reason].filter(Boolean).join(', ')}`
    }
    const counts = Map.groupBy(states, ({ status }) => status)
    const parts = [...counts].map(([status, of]) => `${of.length} ${status}`)
    return `${states.length} agents changed: ${parts.join(', ')}`
  }
}
