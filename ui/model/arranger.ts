import type { AgentItem } from '../api/types.ts'
import type { Fleet } from './fleet.ts'
import { arrange, type FleetView } from './fleet-view.ts'

/** Orders that move with every point are made anew this often, ms: rows must not jump under the eye. */
const restMs = 2000

/** Keeps the order of a fleet until there is reason for another, and never changes it under the pointer or the keyboard. */
export class Arranger {
  #order: string[] = []
  #of = ''
  #revision = -1
  #at = Number.NEGATIVE_INFINITY
  readonly #held = new Set<'pointer' | 'focus'>()

  /** The pointer is over the rows, or the keyboard stands on one of them; or no longer. */
  hold(by: 'pointer' | 'focus', held: boolean): void {
    if (held) this.#held.add(by)
    else this.#held.delete(by)
  }

  /** The agents to show, as they are now, in an order that may be a moment old. */
  arrange(
    fleet: Fleet,
    view: FleetView,
    nowMs: number,
    measure: (agent: string) => number,
  ): readonly AgentItem[] {
    const of = JSON.stringify(view)
    const changed = of !== this.#of
    const moves = view.sort.key === 'seen' || view.sort.key === 'value'
    const stale = fleet.revision !== this.#revision || (moves && nowMs - this.#at >= restMs)
    if (changed || (stale && this.#held.size === 0)) {
      this.#of = of
      this.#revision = fleet.revision
      this.#at = nowMs
      this.#order = arrange(fleet.agents ?? [], view, measure).map(({ agent_id }) => agent_id)
    }
    return this.#order.flatMap((agent) => fleet.get(agent) ?? [])
  }
}
