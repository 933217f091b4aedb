import type { BridgeBeat } from '@streamgauge/adapters/redis/presence.ts'
import type { Sight } from '@streamgauge/core/agent-status.ts'

/** A bridge that was not heard for this long is gone, or the bell is. */
const aliveMs = 3_000

/** What the bridges' beats say of how well the broker is heard. Times are epoch ms. */
export class Edge {
  readonly #bridges = new Map<string, { since: number; heardAt: number }>()

  /** True when this bridge was not known: what it told before its first beat was missed. */
  note({ bridge, since }: BridgeBeat, now: number): boolean {
    this.#forget(now)
    const fresh = !this.#bridges.has(bridge)
    this.#bridges.set(bridge, { since: since ?? Number.POSITIVE_INFINITY, heardAt: now })
    return fresh
  }

  /** Several bridges share what agents publish: all of them must be heard, since the last that began. */
  sight(now: number): Pick<Sight, 'edgeSince' | 'edgeUntil'> {
    this.#forget(now)
    let edgeSince = Number.NEGATIVE_INFINITY
    let edgeUntil = Number.POSITIVE_INFINITY
    for (const { since, heardAt } of this.#bridges.values()) {
      edgeSince = Math.max(edgeSince, since)
      edgeUntil = Math.min(edgeUntil, heardAt)
    }
    if (this.#bridges.size > 0 && Number.isFinite(edgeSince)) return { edgeSince, edgeUntil }
    return { edgeSince: Number.POSITIVE_INFINITY, edgeUntil: Number.NEGATIVE_INFINITY }
  }

  /** Some bridge is there. */
  beating(now: number): boolean {
    this.#forget(now)
    return this.#bridges.size > 0
  }

  #forget(now: number): void {
    for (const [bridge, { heardAt }] of this.#bridges) {
      if (now - heardAt > aliveMs) this.#bridges.delete(bridge)
    }
  }
}
