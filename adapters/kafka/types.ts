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

/** What a consumer group calls. None of these may throw, except `assigned` while a store can't be reached. */
export interface GroupHandlers {
  /**
   * Runs inside every join before anything is delivered, bounded by 2 s: forget what was known, and say where to
   * read next for every assigned partition. A partition left out is paused and asked for again within a second (all
   * of them when this throws or takes too long: what it has found by then is best kept for the next question).
   */
  assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  /** Asked for paused partitions, with the same answer; without it they are asked for through `assigned`. */
  recheck?(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  /**
   * One fetched run of one partition, never two at once for one partition; `high` is the end of the partition
   * when it was fetched. Resolves to the next offset to read when that is not the one after the last record, or
   * to 'pause' to be asked again through `recheck`. The first record is the one asked for, unless the log has
   * lost it: then it is the first that is left.
   */
  batch(partition: number, records: readonly LogRecord[], high: number): Promise<number | 'pause' | undefined>
}

/** A running member of a consumer group. */
export interface Group {
  /** Lets the running handlers end, leaves the group and disconnects; takes at most about 15 s. */
  close(): Promise<void>
  /** Stops reading a partition until the handlers have said where to go on: for a fault between two deliveries. */
  ask(partition: number): void
  /** Partitions that are not read because the handlers have not said where to go on, and for how long, ms. */
  waiting(): ReadonlyMap<number, number>
}

/**
 * A name in a group that this process alone uses. Who joins with the name of a member that died takes its place at
 * once: the group doesn't wait for its session to time out.
 */
export interface Claim {
  readonly name: string
  /** False once it was given up, or another process has taken it in the belief that this one is dead. */
  holds(): boolean
  /** Nobody is to use it again. */
  giveUp(): void
}

export interface GroupOptions {
  readonly group: string
  readonly topic: string
  /** Commits positions to Kafka once a second, for lag tools and autoscalers only. Default false. */
  readonly commit?: boolean
  /** Called after positions were committed. */
  readonly onCommitted?: () => void
  /** Default 10,000 ms. */
  readonly sessionTimeoutMs?: number
  /** So old may what is known of a topic's partitions grow. Default 300,000 ms. */
  readonly metadataMaxAgeMs?: number
  /** Asked whenever this member starts anew for a name that outlives it, see `memberFiles`; null for none. */
  readonly member?: () => Claim | null
  /** False while a dependency of the handlers is away: no progress is no fault then. */
  readonly canProgress?: () => Promise<boolean>
  /** There was lag and no movement for 30 s, and a new consumer didn't help: the process should end. */
  readonly onStuck?: (detail: string) => void
}

/** The log: the only thing that producers and consumers of records know of Kafka. */
export interface Log {
  /** Creates the topics of `core/topics.ts` where they are missing and checks their partition counts. */
  ensureTopics(): Promise<void>
  /**
   * Appends with acks=all and never retries by itself; throws `LogFault`. Answers the places in the order of
   * the records.
   */
  append(topic: string, records: readonly AppendRecord[]): Promise<{ partition: number; offset: number }[]>
  /** Starts a member and returns at once: it joins as soon as the log can be reached, and again when it is lost. */
  runGroup(options: GroupOptions, handlers: GroupHandlers): Promise<Group>
  bounds(topic: string): Promise<Bounds[]>
  /** For each partition the offset of the first record at or after `epochMs`, or its end where there is none. */
  offsetsAt(topic: string, epochMs: number): Promise<ReadonlyMap<number, number>>
  /** The partition that a key lives in: the same hash that `append` uses. */
  partitionFor(key: string): number
  /** Round trip in ms; throws when the log cannot be reached within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<number>
  close(): Promise<void>
}

/** `refused`: surely not stored. `uncertain`: a time-out or a cut connection, may or may not be stored. */
export class LogFault extends Error {
  readonly kind: 'refused' | 'uncertain'
  /** The records are more than the log takes at once: fewer of them may fit. */
  readonly isTooLarge: boolean

  constructor(
    kind: 'refused' | 'uncertain',
    message: string,
    options?: ErrorOptions & { isTooLarge?: boolean },
  ) {
    super(message, options)
    this.name = 'LogFault'
    this.kind = kind
    this.isTooLarge = options?.isTooLarge === true
  }
}
