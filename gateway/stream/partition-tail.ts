import type { Bounds } from '@streamgauge/adapters/kafka/types.ts'

/** How far one partition of `metrics.persisted` was read, in offsets of that topic (not `src`). */
export class PartitionTail {
  /** The next offset to read. */
  next: number
  /** The end of the topic when reading began: below it lies the past, for the ring only. */
  readonly #liveFrom: number
  readonly partition: number

  constructor(partition: number, start: number, end: number) {
    this.partition = partition
    this.next = start
    this.#liveFrom = end
  }

  /** True once the past is read: the head is known. */
  get caughtUp(): boolean {
    return this.next >= this.#liveFrom
  }

  /** True when the topic no longer holds the place to go on from: it was cut or made anew. */
  lostIn({ low, high }: Bounds): boolean {
    return this.next < low || this.next > high
  }
}
