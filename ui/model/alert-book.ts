import type { AlertState } from '@streamgauge/core/alert.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import type { AlertTransition } from '../api/alert-types.ts'

/** Transitions kept of a tenant; older ones are read again where somebody looks. */
const keptAtMost = 10_000

/** A rule on a series: what has a state of its own. */
export function instanceOf({ rule_id, series }: Pick<AlertTransition, 'rule_id' | 'series'>): string {
  return `${rule_id} ${seriesIdentity(series)}`
}

/** States that somebody should look at. */
export function isFiring(state: AlertState): boolean {
  return state === 'FIRING' || state === 'NO_DATA'
}

/** What is known of the alerts of a tenant: who fires now, and the transitions read or heard so far. */
export class AlertBook {
  /** Counts changes. */
  revision = 0
  #firing: Map<string, AlertTransition> | undefined
  readonly #all = new Map<number, AlertTransition>()
  /** The last transition of each instance that was heard since the list was asked for. */
  #heard = new Map<string, AlertTransition>()

  /** Those that fire now, the latest first; undefined before the list has been read. */
  get firing(): readonly AlertTransition[] | undefined {
    return this.#firing && [...this.#firing.values()].sort((a, b) => b.at - a.at || b.id - a.id)
  }

  /** A transition of the stream; false when it is known already. */
  hear(transition: AlertTransition): boolean {
    if (this.#all.has(transition.id)) return false
    this.#heard.set(instanceOf(transition), transition)
    this.#keep([transition])
    if (this.#firing) apply(this.#firing, transition)
    this.revision++
    return true
  }

  /** The list of those that fire is being asked for: what is heard from now on is newer. */
  asked(): void {
    this.#heard = new Map()
  }

  replaceFiring(items: readonly AlertTransition[]): void {
    const next = new Map(items.map((item) => [instanceOf(item), item]))
    for (const heard of this.#heard.values()) apply(next, heard)
    const same = this.#firing && ids(this.#firing) === ids(next)
    this.#firing = next
    if (!same) this.revision++
  }

  /** Transitions of the past. */
  add(items: readonly AlertTransition[]): void {
    const before = this.#all.size
    this.#keep(items)
    if (this.#all.size !== before) this.revision++
  }

  /** Everything known of a metric, or of one agent's, in the order of time. */
  of(metric: string, agent?: string): AlertTransition[] {
    const known = new Map(this.#all)
    for (const one of this.#firing?.values() ?? []) known.set(one.id, one)
    return [...known.values()]
      .filter(({ series }) => series[0] === metric && (agent === undefined || series[1] === agent))
      .sort((a, b) => a.at - b.at || a.id - b.id)
  }

  #keep(items: readonly AlertTransition[]): void {
    for (const item of items) this.#all.set(item.id, item)
    if (this.#all.size <= keptAtMost) return
    const oldest = [...this.#all.keys()].sort((a, b) => a - b).slice(0, this.#all.size - keptAtMost)
    for (const id of oldest) this.#all.delete(id)
  }
}

/** An older transition changes nothing: the list may be newer than what the stream still tells. */
function apply(firing: Map<string, AlertTransition>, transition: AlertTransition): void {
  const key = instanceOf(transition)
  const known = firing.get(key)
  if (known && known.id >= transition.id) return
  if (isFiring(transition.to)) firing.set(key, transition)
  else firing.delete(key)
}

function ids(firing: ReadonlyMap<string, AlertTransition>): string {
  return [...firing.values()]
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join()
}
