import type { Batch } from '@streamgauge/core/batch.ts'
import type { Entry } from './entry.ts'
import { applyFilter, type Filter } from './filter.ts'
import { pointsFrame } from './frame.ts'

/** One entry as a stream with this filter sees it; undefined when it sees nothing. */
export interface View {
  readonly batch: () => Batch
  readonly frame: () => Buffer
}

/**
 * Filtered views of the newest entry, made once for all streams with the same filter: they all ask in the same
 * turn of the event loop, so remembering one entry is enough.
 */
export class Views {
  #entry: Entry | undefined
  readonly #byFilter = new Map<string, View | undefined>()

  of(entry: Entry, filter: Filter | undefined): View | undefined {
    if (!filter) return { batch: () => entry.batch(), frame: () => entry.frame }
    if (this.#entry !== entry) {
      this.#entry = entry
      this.#byFilter.clear()
    }
    if (!this.#byFilter.has(filter.key)) this.#byFilter.set(filter.key, makeView(entry, filter))
    return this.#byFilter.get(filter.key)
  }
}

function makeView(entry: Entry, filter: Filter): View | undefined {
  const whole = entry.batch()
  const batch = applyFilter(filter, whole)
  if (!batch) return undefined
  if (batch === whole) return { batch: () => whole, frame: () => entry.frame }
  let frame: Buffer | undefined
  return {
    batch: () => batch,
    frame: () => {
      frame ??= pointsFrame(entry.position, Buffer.from(JSON.stringify(batch)))
      return frame
    },
  }
}
