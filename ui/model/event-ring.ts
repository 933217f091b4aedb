import { parsePosition, type StreamPosition } from '@streamgauge/core/position.ts'
import { above } from './join.ts'
import type { SseEvent } from './sse-parse.ts'

/** What is kept for those who come later: so many characters of data, and no older than this, ms. */
export const eventRingDefaults = { chars: 2 ** 20, keepMs: 60_000 } as const

interface Kept {
  readonly event: SseEvent
  readonly position: StreamPosition
  readonly at: number
}

/**
 * The last events of a stream that carry a position. Whoever has seen everything up to a place inside it can be given
 * the rest; the gateway has a longer memory for all others.
 */
export class EventRing {
  #kept: Kept[] = []
  #chars = 0
  #floor: StreamPosition | undefined
  #head: StreamPosition | undefined
  #opening = true
  readonly #limits: { readonly chars: number; readonly keepMs: number }

  constructor(limits: { readonly chars: number; readonly keepMs: number } = eventRingDefaults) {
    this.#limits = limits
  }

  /** The last position that the stream has named. */
  get head(): StreamPosition | undefined {
    return this.#head
  }

  /** The stream is being connected anew: its first position says whether it goes on where it was. */
  reconnecting(): void {
    this.#opening = true
  }

  /** @param now any clock that only goes forward, ms */
  add(event: SseEvent, now: number): void {
    const position = event.id === undefined ? undefined : parsePosition(event.id)
    if (!position) return
    const elsewhere = this.#opening && (!this.#head || above(position, this.#head))
    this.#opening = false
    if (event.event === 'resync' || elsewhere) {
      this.#kept = []
      this.#chars = 0
      this.#floor = position
    }
    this.#head = position
    if (event.event !== 'points' || event.data === null) return
    this.#kept.push({ event, position, at: now })
    this.#chars += event.data.length
    this.#trim(now)
  }

  /** The events above a position that was seen; undefined when some may be missing here, or the position is unknown. */
  after(seen: StreamPosition): readonly SseEvent[] | undefined {
    if (!this.#floor || !this.#head) return undefined
    if (above(this.#floor, seen) || above(seen, this.#head)) return undefined
    return this.#kept.filter(({ position }) => above(position, seen)).map(({ event }) => event)
  }

  #trim(now: number): void {
    let leave = 0
    while (leave < this.#kept.length) {
      const { event, position, at } = this.#kept[leave]
      if (this.#chars <= this.#limits.chars && now - at <= this.#limits.keepMs) break
      this.#chars -= event.data?.length ?? 0
      this.#floor = position
      leave++
    }
    if (leave > 0) this.#kept.splice(0, leave)
  }
}
