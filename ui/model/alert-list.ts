import type { AlertState } from '@streamgauge/core/alert.ts'
import type { AlertTransition } from '../api/alert-types.ts'

/** What somebody wants to see of the past. */
export interface AlertFilter {
  readonly state?: AlertState | undefined
  readonly rule?: number | undefined
  readonly agent?: string | undefined
  readonly metric?: string | undefined
}

export function matches(
  { series: [metric, agent], to, rule_id }: AlertTransition,
  wanted: AlertFilter,
): boolean {
  return (
    (wanted.state === undefined || to === wanted.state) &&
    (wanted.rule === undefined || rule_id === wanted.rule) &&
    (wanted.agent === undefined || agent === wanted.agent) &&
    (wanted.metric === undefined || metric === wanted.metric)
  )
}

/** The query of a page of the list. */
export function filterQuery({ state, rule, agent, metric }: AlertFilter): Record<string, string> {
  return {
    ...(state && { state }),
    ...(rule !== undefined && { rule: String(rule) }),
    ...(agent && { agent }),
    ...(metric && { metric }),
  }
}

/** Transitions that match a filter, the latest first: pages of the past, and what is heard meanwhile. */
export class AlertList {
  readonly filter: AlertFilter
  /** Where the next page begins; null after the last, undefined before the first. */
  next: string | null | undefined
  readonly #items = new Map<number, AlertTransition>()

  constructor(filter: AlertFilter) {
    this.filter = filter
  }

  get items(): readonly AlertTransition[] {
    return [...this.#items.values()].sort((a, b) => b.id - a.id)
  }

  hear(transition: AlertTransition): void {
    if (matches(transition, this.filter)) this.#items.set(transition.id, transition)
  }

  /** The first page, read again: what lies between it and older pages may be missing, so they are read anew. */
  begin(items: readonly AlertTransition[], next: string | null): void {
    const oldest = items.at(-1)?.id ?? Number.NEGATIVE_INFINITY
    const joined = this.next !== undefined && items.some(({ id }) => this.#items.has(id))
    if (!joined) {
      for (const id of [...this.#items.keys()]) if (id < oldest) this.#items.delete(id)
      this.next = next
    }
    for (const item of items) this.#items.set(item.id, item)
  }

  more(items: readonly AlertTransition[], next: string | null): void {
    for (const item of items) this.#items.set(item.id, item)
    this.next = next
  }
}
