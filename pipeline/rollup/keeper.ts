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

export interface KeeperHealth {
  /** Partitions that are being worked on. */
  readonly working: number
  /** Partitions that wait for a fault of the log or the store to end. */
  readonly failing: number
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

interface Tools<Memory> {
  readonly db: Database
  readonly group: string
  /** What is known at these cursors, in their order. */
  readonly open: (cursors: readonly VersionedCursor[]) => Promise<Memory[]>
  readonly metrics: Pick<RollupMetrics, 'retried' | 'partition' | 'forget' | 'stopped'>
  readonly logger: Logger
  readonly needPartitions: () => Promise<void>
  readonly clock: () => number
}

/** Keeps what a group knows of each partition, and decides what follows a fault: read anew, wait, or stop. */
export function createKeeper<Memory extends Kept>(tools: Tools<Memory>): Keeper<Memory> {
  const { db, group, metrics, logger, needPartitions, clock } = tools
  const memories = new Map<number, Memory>()
  const faults = new Map<number, { failures: number; retryAt: number; gap?: string }>()
  /** With the cursor it stopped at: when a person has changed that, it goes on. */
  const stopped = new Map<number, { stop: Stop; at: string }>()
  /** The last question about each partition: who asked may have given up on an earlier one long ago. */
  const questions = new Map<number, symbol>()

  async function load(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>> {
    const question = Symbol('question')
    for (const { partition } of bounds) questions.set(partition, question)
    const cursors = new Map((await readFollowers(db, group)).map((one) => [one.partition, one]))
    const sound: { cursor: VersionedCursor; high: number }[] = []
    for (const one of bounds) {
      if (questions.get(one.partition) !== question) continue
      const cursor = cursors.get(one.partition)
      if (!cursor) throw new Error(`there is no cursor for partition ${one.partition}`)
      const halt = stopped.get(one.partition)
      if (halt && !isAboutBounds(halt.stop) && halt.at === stateOf(cursor)) continue
      const flaw = flawOf(cursor, one)
      if (flaw) {
        stop(flaw, cursor)
        continue
      }
      sound.push({ cursor, high: one.high })
    }
    const opened = await tools.open(sound.map(({ cursor }) => cursor))
    const starts = new Map<number, number>()
    for (const [i, memory] of opened.entries()) {
      const { partition, nextSrc, topicOffset } = memory
      if (questions.get(partition) !== question) continue
      memories.set(partition, memory)
      starts.set(partition, topicOffset)
      if (stopped.delete(partition)) metrics.stopped(partition, null)
      metrics.partition(partition, { nextSrc, lag: sound[i].high - topicOffset })
    }
    return starts
  }

  function stop(error: Stop, cursor: FollowerCursor): void {
    const known = stopped.get(error.partition)
    stopped.set(error.partition, { stop: error, at: stateOf(cursor) })
    if (known?.stop.code === error.code) return
    metrics.stopped(error.partition, error.code)
    const { remedy } = stops[error.code]
    logger.error(
      { code: error.code, partition: error.partition },
      `${error.message}. Remedy, by streamgauge doctor --partition ${error.partition}: ${remedy}`,
    )
  }

  function retryLater(partition: number, error: unknown): void {
    const failures = (faults.get(partition)?.failures ?? 0) + 1
    const fenced = error instanceof Fenced
    const gap = error instanceof Stop ? error.message : undefined
    faults.set(partition, { failures, retryAt: fenced ? 0 : clock() + backoffMs(failures), gap })
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
      questions.clear()
      metrics.forget()
      return load(bounds)
    },
    async recheck(bounds) {
      const now = clock()
      return load(bounds.filter(({ partition }) => (faults.get(partition)?.retryAt ?? 0) <= now))
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
      const cursors = await readFollowers(db, group).catch(() => [])
      const cursor = cursors.find((one) => one.partition === partition)
      if (cursor) stop(error, cursor)
    },
    health: () => ({
      working: memories.size,
      failing: faults.size,
      stopped: [...stopped].map(([partition, { stop: halt }]) => ({
        partition,
        code: halt.code,
        remedy: stops[halt.code].remedy,
      })),
    }),
  }
}

/** What is wrong between a cursor and the log: log start ≤ topic offset ≤ log end. */
export function flawOf({ partition, topicOffset }: FollowerCursor, { low, high }: Bounds): Stop | undefined {
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
