import type { Batch } from '@streamgauge/core/batch.ts'
import type { StreamPosition } from '@streamgauge/core/position.ts'
import { frameJson, pointsFrame } from './frame.ts'

/** One record of `metrics.persisted` with points in it, encoded once for all who read it. */
export class Entry {
  readonly position: StreamPosition
  /** Arrival at this process, epoch ms. */
  readonly at: number
  /** The complete SSE event. */
  readonly frame: Buffer
  /** The parsed batch is held weakly: the ring keeps bytes for a minute, points only while they are in use. */
  #batch: WeakRef<Batch>

  constructor(position: StreamPosition, at: number, json: Buffer, batch: Batch) {
    this.position = position
    this.at = at
    this.frame = pointsFrame(position, json)
    this.#batch = new WeakRef(batch)
  }

  get src(): number {
    return this.position.offset
  }

  batch(): Batch {
    const held = this.#batch.deref()
    if (held) return held
    const batch = JSON.parse(frameJson(this.position, this.frame)) as Batch
    this.#batch = new WeakRef(batch)
    return batch
  }
}
