import type { Bounds } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { type Cursor, readCursors, savePublished } from '@streamgauge/adapters/mariadb/cursors.ts'
import { lacksPartition } from '@streamgauge/adapters/mariadb/faults.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { RowsRefused } from '@streamgauge/adapters/mariadb/raw.ts'
import { backoffMs } from './backoff.ts'
import { NoDedupePartition } from './dedupe.ts'
import { type Memory, newMemory } from './memory.ts'
import type { PersistMetrics } from './metrics.ts'
import { placeOf } from './place.ts'
import type { StepHook } from './steps.ts'
import { Stop, type StopCode, stops } from './stop.ts'
import { Fenced, persistGroup } from './write-run.ts'

const idleMs = 1_000
const duplicateEntry = 1062

export interface KeeperHealth {
  /** Partitions that are being worked on. */
  readonly working: number
  /** Partitions that wait for a fault of the log or the store to end, and since when, epoch ms. */
  readonly failing: ReadonlyMap<number, number>
  readonly stopped: readonly { partition: number; code: StopCode; remedy: string }[]
}

export interface Keeper {
  assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  recheck(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>>
  memoryOf(partition: number): Memory | undefined
  succeeded(memory: Memory, high: number): void
  /** Drops what was known; what comes next depends on the fault. */
  failed(memory: Memory, error: unknown): Promise<'pause'>
  drain(): Promise<void>
  health(): KeeperHealth
}

interface Fault {
  readonly failures: number
  /** The first of them, epoch ms. */
  readonly since: number
  readonly retryAt: number
  readonly gap?: string
}

interface Tools {
  readonly db: Database
  readonly metrics: PersistMetrics
  readonly logger: Logger
  readonly needPartitions: () => Promise<void>
  readonly clock: () => number
  readonly step?: StepHook
}

/** Keeps what persist knows of each partition, and decides what follows a fault: read anew, wait, or stop. */
export function createKeeper(tools: Tools): Keeper {
  const { db, metrics, logger, clock } = tools
  const memories = new Map<number, Memory>()
  const faults = new Map<number, Fault>()
  /** With the cursor it stopped at: when a person has changed that, it goes on. */
  const stopped = new Map<number, { stop: Stop; at: string }>()

  /** The last question about each partition: who asked may have given up on an earlier one long ago. */
  const questions = new Map<number, symbol>()

  async function load(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>> {
    const question = Symbol('question')
    for (const { partition } of bounds) questions.set(partition, question)
    const cursors = new Map((await readCursors(db, persistGroup)).map((one) => [one.partition, one]))
    const starts = new Map<number, number>()
    for (const one of bounds) {
      if (questions.get(one.partition) !== question) continue
      const cursor = cursors.get(one.partition)
      if (!cursor) {
        stop(new Stop('NO_CURSOR', one.partition, `of ${persistGroup}`), undefined)
        continue
      }
      const halt = stopped.get(one.partition)
      if (halt && !isAboutBounds(halt.stop) && halt.at === stateOf(cursor)) continue
      try {
        const memory = newMemory(cursor, placeOf(cursor, one))
        memories.set(one.partition, memory)
        starts.set(one.partition, memory.reading)
        // Nothing will come that shows it.
        if (memory.reading >= one.high) faults.delete(one.partition)
        if (stopped.delete(one.partition)) metrics.stopped(one.partition, null)
        metrics.partition(one.partition, { published: memory.published, lag: one.high - memory.next })
      } catch (error) {
        if (!(error instanceof Stop)) throw error
        stop(error, cursor)
      }
    }
    return starts
  }

  function stop(error: Stop, cursor: Cursor | undefined): void {
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
    logger[failures === 1 && !fenced ? 'warn' : 'debug']({ err: error, partition }, 'the run is read again')
  }

  /** A client that is moved about may deliver something left over once: only a gap that stays is one of the log. */
  function isFirstGap({ code, message, partition }: Stop): boolean {
    return code === 'GAP' && faults.get(partition)?.gap !== message
  }

  async function save(memory: Memory): Promise<void> {
    const { partition, published } = memory
    if (published <= memory.savedPublished) return
    await savePublished(db, persistGroup, partition, memory)
    memory.savedPublished = published
    tools.step?.('saved')
  }

  const saver = setInterval(() => {
    for (const memory of memories.values()) {
      if (clock() - memory.lastRun >= idleMs) save(memory).catch(() => undefined)
    }
  }, idleMs)

  return {
    async assigned(bounds) {
      memories.clear()
      faults.clear()
      questions.clear()
      metrics.forget()
      forgetStops(bounds)
      return load(bounds)
    },
    async recheck(bounds) {
      const now = clock()
      return load(bounds.filter(({ partition }) => (faults.get(partition)?.retryAt ?? 0) <= now))
    },
    memoryOf: (partition) => memories.get(partition),
    succeeded(memory, high) {
      const { partition, published, next } = memory
      metrics.partition(partition, { published, lag: high - next })
      if ((faults.get(partition)?.failures ?? 0) > 1) logger.info({ partition }, 'the partition moves again')
      faults.delete(partition)
    },
    async failed(memory, error) {
      const { partition, next } = memory
      // What is known by now was read after this run had begun: its fault is about something past.
      if (memories.get(partition) !== memory) return 'pause'
      memories.delete(partition)
      const fault = isRowsExist(error) ? new Stop('ROWS_EXIST', partition, `offset ${next}`) : error
      if (lacksPartition(fault) || fault instanceof NoDedupePartition)
        await tools.needPartitions().catch((cause) => logger.warn({ err: cause }, 'partitions are missing'))
      if (!(fault instanceof Stop) || isFirstGap(fault)) {
        retryLater(partition, fault)
        return 'pause'
      }
      const cursors = await readCursors(db, persistGroup).catch(() => [])
      const cursor = cursors.find((one) => one.partition === partition)
      if (cursor) stop(fault, cursor)
      return 'pause'
    },
    async drain() {
      clearInterval(saver)
      await Promise.allSettled([...memories.values()].map(save))
    },
    health: () => ({
      working: memories.size,
      failing: new Map([...faults].map(([partition, { since }]) => [partition, since])),
      stopped: [...stopped].map(
        ([
          partition,
          {
            stop: { code },
          },
        ]) => ({
          partition,
          code,
          remedy: stops[code].remedy,
        }),
      ),
    }),
  }
}

/** Found by looking at the log alone, so looking again is free and may find it mended. */
function isAboutBounds({ code }: Stop): boolean {
  return code === 'LOG_START' || code === 'LOG_END'
}

function isRowsExist(error: unknown): boolean {
  return error instanceof RowsRefused && error.codes.has(duplicateEntry)
}

function stateOf({ nextOffset, published, fingerprint }: Cursor): string {
  return `${nextOffset}:${published}:${fingerprint?.toString('hex') ?? ''}`
}
