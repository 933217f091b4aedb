/** One record to append; without `partition` its key decides. */
export interface AppendRecord {
  readonly key: string | null
  readonly value: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
  readonly partition?: number
}

/** One record as read. */
export interface LogRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly timestamp: number
}

/** Where a partition begins (`low`, its first offset) and ends (`high`, the next offset to be written). */
export interface Bounds {
  readonly partition: number
  readonly low: number
  readonly high: number
}

/** What a consumer group calls. */
export interface GroupHandlers {
  /** Runs inside every join before anything is delivered: where to read next, for every assigned partition. */
  assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  /**
   * One fetched run of one partition, never two at once for one partition. Resolves to the next offset to read
   * when that is not the one after the last record. Must not throw.
   */
  batch(partition: number, records: readonly LogRecord[]): Promise<number | undefined>
}

/** A running member of a consumer group. */
export interface Group {
  close(): Promise<void>
}

export interface GroupOptions {
  readonly group: string
  readonly topic: string
}

/** The log: the only thing that producers and consumers of records know of Kafka. */
export interface Log {
  /** Creates the topics of `core/topics.ts` where they are missing and checks their partition counts. */
  ensureTopics(): Promise<void>
  /** Appends with acks=all and never retries by itself; throws `LogFault`. */
  append(topic: string, records: readonly AppendRecord[]): Promise<{ partition: number; offset: number }[]>
  runGroup(options: GroupOptions, handlers: GroupHandlers): Promise<Group>
  bounds(topic: string): Promise<Bounds[]>
  /** The partition that a key lives in: the same hash that `append` uses. */
  partitionFor(key: string): number
  /** Round trip in ms; throws when the log cannot be reached within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<number>
  close(): Promise<void>
}

/** `refused`: surely not stored. `uncertain`: a time-out or a cut connection, may or may not be stored. */
export class LogFault extends Error {
  readonly kind: 'refused' | 'uncertain'

  constructor(kind: 'refused' | 'uncertain', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LogFault'
    this.kind = kind
  }
}
