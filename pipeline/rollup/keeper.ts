import { setTimeout as sleep } from 'node:timers/promises'
import type { Bounds } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { lacksPartition } from '@streamgauge/adapters/mariadb/faults.ts'
import {
  type FollowerCursor,
  readFollowers,
  type VersionedCursor,
} from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { backoffMs } from '../persist/backoff.ts'
import type { RollupMetrics } from './metrics.ts'
import { Stop, type StopCode, stops } from './stop.ts'
import { Fenced } from './write.ts'

/** For an answer: those who ask wait for 2 s at most, and then for none of it. */
const patienceMs = 1_000

export interface KeeperHealth {
  /** Partitions that are being worked on. */
  readonly working: number
  /** Partitions that wait for a fault of the log or the store to end, and since when, epoch ms. */
  readonly failing: ReadonlyMap<number, number>
  readonly stopped: readonly { partition: number; code: StopCode; remedy: string }[]
}

/** What a group knows of a partition: at least how far it is. */
interface Kept {
  readonly partition: number
  readonly nextSrc: number
  readonly topicOffset: number
}

export interface Keeper<Memory extends Kept> {
  assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  recheck(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  memories(): Iterable<Memory>
  memoryOf(partition: number): Memory | undefined
  succeeded(memory: Memory, high: number): void
  /** Drops what was known; what comes next depends on the fault. */
  failed(memory: Memory, error: unknown): Promise<void>
  health(): KeeperHealth
}

interface Fault {
  readonly failures: number
  /** The first of them, epoch ms. */
  readonly since: number
  readonly retryAt: number
  readonly gap?: string
}

interface Tools<Memory> {
  readonly db: Database
  readonly group: string
  /** What is known at this cursor. */
  readonly open: (cursor: VersionedCursor) => Promise<Memory>
  readonly metrics: Pick<RollupMetrics, 'retried' | 'partition' | 'forget' | 'stopped'>
  readonly logger: Logger
  readonly needPartitions: () => Promise<void>
  readonly clock: () => number
}

/** Keeps what a group knows of each partition, and decides what follows a fault: read anew, wait, or stop. */
export function createKeeper<Memory extends Kept>(tools: Tools<Memory>): Keeper<Memory> {
  const { db, group, metrics, logger, needPartitions, clock } = tools
  const memories = new Map<number, Memory>()
  const faults = new Map<number, Fault>()
  /** With the cursor it stopped at: when a person has changed that, it goes on. */
  const stopped = new Map<number, { stop: Stop; at: string }>()
  /** Loads under way. Who asked may have given up long ago: the next question waits for the same load. */
  const loads = new Map<number, Promise<void>>()

  /** Begins to load what is not known yet, one partition after the other: each is there as soon as it can be. */
  function load(bounds: readonly Bounds[]): Promise<void>[] {
    const missing = bounds.filter((one) => !loads.has(one.partition) && !isKnown(one))
    const cursors = missing.length > 0 ? readCursors() : Promise.resolve(new Map<number, VersionedCursor>())
    let before: Promise<unknown> = cursors
    for (const one of missing) {
      const { partition } = one
      memories.delete(partition)
      const isOurs = () => loads.get(partition) === loading
      const loading: Promise<void> = before
        .then(() => cursors)
        .then((all) => place(one, all.get(partition), isOurs))
        .finally(() => {
          if (isOurs()) loads.delete(partition)
        })
      loads.set(partition, loading)
      before = loading.catch(() => undefined)
    }
    return bounds.flatMap(({ partition }) => loads.get(partition) ?? [])
  }

  async function readCursors(): Promise<ReadonlyMap<number, VersionedCursor>> {
    return new Map((await readFollowers(db, group)).map((one) => [one.partition, one]))
  }

  /** It was loaded for a question whose answer came too late. Where it has grown old since, the fence tells. */
  function isKnown(bounds: Bounds): boolean {
    const memory = memories.get(bounds.partition)
    return memory !== undefined && !flawOf(memory, bounds)
  }

  async function place(
    bounds: Bounds,
    cursor: VersionedCursor | undefined,
    isOurs: () => boolean,
  ): Promise<void> {
    const { partition, high } = bounds
    if (!isOurs()) return
    if (!cursor) return stop(new Stop('NO_CURSOR', partition, `of ${group}`), undefined)
    const halt = stopped.get(partition)
    if (halt && !isAboutBounds(halt.stop) && halt.at === stateOf(cursor)) return
    const flaw = flawOf(cursor, bounds)
    if (flaw) return stop(flaw, cursor)
    try {
      const memory = await tools.open(cursor)
      if (!isOurs()) return
      memories.set(partition, memory)
      // Nothing will come that shows it.
      if (memory.topicOffset >= high) faults.delete(partition)
      if (stopped.delete(partition)) metrics.stopped(partition, null)
      metrics.partition(partition, { nextSrc: memory.nextSrc, lag: high - memory.topicOffset })
    } catch (error) {
      if (isOurs()) retryLater(partition, error)
    }
  }

  /** What is known soon. A slow one keeps neither the others nor the group; it is there for a later question. */
  async function startsOf(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>> {
    await Promise.race([Promise.all(load(bounds)), sleep(patienceMs, undefined, { ref: false })])
    return new Map(
      bounds.flatMap(({ partition }) => {
        const memory = memories.get(partition)
        return memory && !loads.has(partition) ? [[partition, memory.topicOffset] as const] : []
      }),
    )
  }

  function stop(error: Stop, cursor: FollowerCursor | undefined): void {
    const known = stopped.get(error.partition)
    stopped.set(error.partition, { stop: error, at: cursor ? stateOf(cursor) : '' })
    faults.delete(error.partition)
    if (known?.stop.code === error.code) return
    metrics.stopped(error.partition, error.code)
    const { remedy } = stops[error.code]
    logger.error(
      { code: error.code, partition: error.partition },
      `${error.message}. Remedy, by streamgauge doctor --partition ${error.partition}: ${remedy}`,
    )
  }

  /** What stopped here may go on elsewhere by now: it is no longer ours to tell of. */
  function forgetStops(bounds: readonly Bounds[]): void {
    const ours = new Set(bounds.map(({ partition }) => partition))
    for (const partition of stopped.keys()) {
      if (ours.has(partition)) continue
      stopped.delete(partition)
      metrics.stopped(partition, null)
    }
  }

  function retryLater(partition: number, error: unknown): void {
    const failures = (faults.get(partition)?.failures ?? 0) + 1
    const fenced = error instanceof Fenced
    const gap = error instanceof Stop ? error.message : undefined
    const since = faults.get(partition)?.since ?? clock()
    faults.set(partition, { failures, since, retryAt: fenced ? 0 : clock() + backoffMs(failures), gap })
    metrics.retried()
    // The first failure is news, the rest of an outage isn't; a fence is how two owners are kept apart.
    logger[failures === 1 && !fenced ? 'warn' : 'debug'](
      { err: error, partition },
      'the partition is read again',
    )
  }

  /** A client that is moved about may deliver something left over once: only a gap that stays is one of the log. */
  function isFirstGap({ code, message, partition }: Stop): boolean {
    return code === 'GAP' && faults.get(partition)?.gap !== message
  }

  return {
    async assigned(bounds) {
      memories.clear()
      faults.clear()
      loads.clear()
      metrics.forget()
      forgetStops(bounds)
      return startsOf(bounds)
    },
    async recheck(bounds) {
      const now = clock()
      return startsOf(bounds.filter(({ partition }) => (faults.get(partition)?.retryAt ?? 0) <= now))
    },
    memories: () => memories.values(),
    memoryOf: (partition) => memories.get(partition),
    succeeded({ partition, nextSrc, topicOffset }, high) {
      metrics.partition(partition, { nextSrc, lag: Math.max(0, high - topicOffset) })
      if ((faults.get(partition)?.failures ?? 0) > 1) logger.info({ partition }, 'the partition moves again')
      faults.delete(partition)
    },
    async failed(memory, error) {
      const { partition } = memory
      // What is known by now was read after this had begun: its fault is about something past.
      if (memories.get(partition) !== memory) return
      memories.delete(partition)
      if (lacksPartition(error))
        await needPartitions().catch((cause) => logger.warn({ err: cause }, 'partitions are missing'))
      if (!(error instanceof Stop) || isFirstGap(error)) return retryLater(partition, error)
      const cursor = (await readCursors().catch(() => undefined))?.get(partition)
      if (cursor) stop(error, cursor)
    },
    health: () => ({
      working: memories.size,
      failing: new Map([...faults].map(([partition, { since }]) => [partition, since])),
      stopped: [...stopped].map(([partition, { stop: halt }]) => ({
        partition,
        code: halt.code,
        remedy: stops[halt.code].remedy,
      })),
    }),
  }
}

/** What is wrong between a cursor and the log: log start ≤ topic offset ≤ log end. */
export function flawOf(
  { partition, topicOffset }: Pick<FollowerCursor, 'partition' | 'topicOffset'>,
  { low, high }: Bounds,
): Stop | undefined {
  if (topicOffset < low) return new Stop('LOG_START', partition, `it begins at ${low}, ${topicOffset} is due`)
  if (topicOffset > high) return new Stop('LOG_END', partition, `it ends at ${high}, ${topicOffset} is due`)
  return undefined
}

/** Found by looking at the log alone, so looking again is free and may find it mended. */
function isAboutBounds({ code }: Stop): boolean {
  return code === 'LOG_START' || code === 'LOG_END'
}

function stateOf({ nextSrc, topicOffset }: FollowerCursor): string {
  return `${nextSrc}:${topicOffset}`
}
