import type { Transition } from '@streamgauge/core/transition.ts'
import { type Filter, passes } from './filter.ts'

/** Changes of state of one tenant that streams which take nothing for a while still get. */
const kept = 1_000

interface Told {
  readonly series: Transition['series']
  readonly frame: Buffer
}

/** The last `alert` events of one tenant; each stream remembers how far it has heard. */
export class AlertFeed {
  readonly #told: Told[] = []
  /** The last answer of `after`: streams that flow all ask the same. */
  readonly #answers = new Map<string, Buffer | undefined>()
  #version = 0

  /** Counts what was told. */
  get version(): number {
    return this.#version
  }

  tell(transition: Transition): void {
    this.#version++
    this.#answers.clear()
    this.#told.push({ series: transition.series, frame: alertFrame(transition) })
    if (this.#told.length > kept) this.#told.shift()
  }

  /** The events after `version` that pass the filter; undefined when there are none, 'lost' when some are gone. */
  after(version: number, filter: Filter | undefined): Buffer | undefined | 'lost' {
    const missed = this.#version - version
    if (missed === 0) return undefined
    if (missed > this.#told.length) return 'lost'
    const key = `${version} ${filter?.key ?? ''}`
    if (!this.#answers.has(key)) {
      const frames = this.#told
        .slice(-missed)
        .filter(({ series }) => !filter || passes(filter, series))
        .map(({ frame }) => frame)
      this.#answers.set(key, frames.length > 0 ? Buffer.concat(frames) : undefined)
    }
    return this.#answers.get(key)
  }
}

/** An `alert` event: it carries no id, for its place is in another topic than that of the points. */
function alertFrame(transition: Transition): Buffer {
  return Buffer.from(`event: alert\ndata: ${JSON.stringify(transition)}\n\n`)
}
