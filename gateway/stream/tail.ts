import type { Bounds, Group, Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { srcHeader, topics } from '@streamgauge/core/topics.ts'
import { Entry } from './entry.ts'
import type { ResyncReason } from './frame.ts'
import { PartitionTail } from './partition-tail.ts'
import type { ReplayRing } from './ring.ts'

/** One record of `metrics.persisted` on its way to whoever watches. */
export interface Seen {
  readonly partition: number
  readonly src: number
  readonly batch: Batch
  /** Arrival, epoch ms. */
  readonly at: number
  /** False while the past is read at start. */
  readonly live: boolean
}

export interface TailHandlers {
  /** A record was taken; the ring holds it already. */
  seen(record: Seen): void
  /** The records of this partition can't be joined to those before. */
  cut(partition: number, reason: ResyncReason): void
}

export interface TailOptions {
  readonly log: Pick<Log, 'runGroup' | 'offsetsAt'>
  /** Unique for this process: nothing is shared and nothing committed. */
  readonly group: string
  readonly ring: ReplayRing
  /** Persist's `published` of every partition that has one: below it everything is in the topic. */
  readonly published: () => Promise<ReadonlyMap<number, number>>
  readonly logger: Logger
}

/** How far back reading starts, ms: fills the replay ring. */
const lookBackMs = 90_000
const retryMs = 500

/** Follows all partitions of `metrics.persisted` from a minute back, each `src` once and in order. */
export class Tail {
  readonly #o: TailOptions
  readonly #handlers: TailHandlers
  readonly #partitions = new Map<number, PartitionTail>()
  readonly #closing = new AbortController()
  #published: ReadonlyMap<number, number> = new Map()
  #group: Promise<Group | undefined> = Promise.resolve(undefined)
  #waiting: (() => void)[] = []
  /** Counts assignments. */
  #turn = 0

  constructor(options: TailOptions, handlers: TailHandlers) {
    this.#o = options
    this.#handlers = handlers
  }

  /** Begins in the background and goes on trying while the log or the store is away. */
  start(): void {
    this.#group = this.#join()
  }

  /** True once the head of this partition is known, until the end. */
  ready(partition: number): boolean {
    if (this.#closing.signal.aborted) return false
    return this.#o.ring.head(partition) !== undefined && this.#partitions.get(partition)?.caughtUp === true
  }

  /** Resolves to whether the head became known within `ms`. */
  async whenReady(partition: number, ms: number): Promise<boolean> {
    const end = performance.now() + ms
    while (!this.ready(partition)) {
      const left = end - performance.now()
      if (left <= 0 || this.#closing.signal.aborted) return false
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    return true
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#wake()
    await (await this.#group)?.close()
  }

  async #join(): Promise<Group | undefined> {
    let warned = false
    while (!this.#closing.signal.aborted) {
      try {
        // Read before the ends of the topic are: what is published then lies below them.
        this.#published = await this.#o.published()
        const { group, log } = this.#o
        return await log.runGroup(
          { group, topic: topics.persisted },
          {
            assigned: (bounds) => this.#assigned(bounds),
            batch: async (partition, records) => this.#batch(partition, records),
          },
        )
      } catch (error) {
        if (!warned) this.#o.logger.warn({ err: error }, 'the live tail cannot start yet; it goes on trying')
        warned = true
        await this.#pause()
      }
    }
    return undefined
  }

  async #assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>> {
    const turn = ++this.#turn
    const fresh = bounds.filter((bound) => {
      const known = this.#partitions.get(bound.partition)
      return !known || known.lostIn(bound)
    })
    const starts =
      fresh.length > 0 ? await this.#o.log.offsetsAt(topics.persisted, Date.now() - lookBackMs) : new Map()
    // The group gave up waiting and joined again meanwhile: that answer is the one that counts.
    if (turn !== this.#turn) throw new Error('this assignment was overtaken by another')
    for (const { partition, low, high } of fresh) {
      const start = Math.min(Math.max(starts.get(partition) ?? high, low), high)
      const again = this.#partitions.has(partition)
      this.#partitions.set(partition, new PartitionTail(partition, start, high))
      if (again || start === high) this.#anchor(partition, this.#publishedLast(partition))
    }
    this.#wake()
    return new Map([...this.#partitions.values()].map(({ partition, next }) => [partition, next]))
  }

  #batch(partition: number, records: readonly LogRecord[]): undefined {
    const place = this.#partitions.get(partition)
    if (!place) return
    for (const record of records) {
      if (record.offset < place.next) continue
      const live = place.caughtUp
      this.#take(partition, record, live)
      place.next = record.offset + 1
      if (!live && place.caughtUp) this.#caughtUp(partition)
    }
  }

  #take(partition: number, record: LogRecord, live: boolean): void {
    const { ring, logger } = this.#o
    const src = Number(record.headers[srcHeader])
    if (!Number.isSafeInteger(src)) {
      logger.error(
        { partition, offset: record.offset },
        'a record of metrics.persisted names no src; skipped',
      )
      return
    }
    if (ring.head(partition) === undefined) this.#anchor(partition, src - 1)
    const where = ring.place(partition, src)
    if (where === 'seen') return
    if (where === 'hole') {
      logger.error(
        { partition, src, expected: Number(ring.head(partition)) + 1 },
        'metrics.persisted has a hole',
      )
      this.#anchor(partition, src - 1)
    }
    const batch = JSON.parse(record.value.toString('utf8')) as Batch
    const at = Date.now()
    if (batch.s.length === 0) ring.skip(partition, src)
    else ring.add(batch.tenant, new Entry({ partition, offset: src }, at, record.value, batch))
    this.#handlers.seen({ partition, src, batch, at, live })
  }

  /** Everything that was published before the start has been read; what is missing was lost with the topic. */
  #caughtUp(partition: number): void {
    const last = this.#publishedLast(partition)
    if ((this.#o.ring.head(partition) ?? -1) < last) {
      this.#anchor(partition, last)
    }
    this.#wake()
  }

  #anchor(partition: number, last: number): void {
    const known = this.#o.ring.head(partition) !== undefined
    this.#o.ring.anchor(partition, last)
    if (known) this.#handlers.cut(partition, 'hole')
  }

  #publishedLast(partition: number): number {
    return (this.#published.get(partition) ?? 0) - 1
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume()
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
