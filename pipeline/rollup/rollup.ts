import type { GroupHandlers, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import type { FollowerCursor } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { rollupGroup } from '@streamgauge/core/topics.ts'
import { createKeeper, type KeeperHealth } from './keeper.ts'
import { isDirty, type Memory, newMemory, type Retentions, takeRecords } from './memory.ts'
import { createMetrics } from './metrics.ts'
import type { RollupStepHook } from './steps.ts'
import { writeMemory } from './write.ts'

const settings = {
  /** Rows are at most so much older than what has been read. */
  writeMs: 1_000,
  /** Windows that differ from their rows: with more of them a write would take long. */
  dirtyWindows: 20_000,
}

export interface RollupTools {
  /** With the session settings of persist. */
  readonly db: Database
  readonly registry: Registry
  readonly logger: Logger
  readonly keep: Retentions
  /** Makes the partitions that rows are missing. */
  readonly needPartitions: () => Promise<void>
  /** Stops the reading of a partition until `recheck` has said where to go on. */
  readonly ask: (partition: number) => void
  /** Epoch ms. */
  readonly clock: () => number
  /** Told of every step that is done. Only chaos runs have one. */
  readonly step?: RollupStepHook
}

export interface Rollups {
  readonly handlers: Required<GroupHandlers>
  /** Takes nothing new. */
  stop(): void
  /** Writes what was taken. Call it when the handlers have ended. */
  drain(): Promise<void>
  health(): KeeperHealth
}

/**
 * From `metrics.persisted` to `metrics_1m` and `metrics_5m`, exactly once (docs/flow.md): records are taken into
 * windows in memory, and about once a second windows and cursor are written together. Whatever is lost before that
 * is read again from where the cursor is.
 */
export function createRollups(tools: RollupTools): Rollups {
  const { db, logger, clock } = tools
  const metrics = createMetrics(tools.registry, held)
  const open = async (cursor: FollowerCursor) => newMemory(cursor)
  const keeper = createKeeper<Memory>({ ...tools, group: rollupGroup, open, metrics })
  let stopping = false
  let timer: NodeJS.Timeout | undefined

  async function batch(
    partition: number,
    records: readonly LogRecord[],
    high: number,
  ): Promise<number | 'pause' | undefined> {
    const memory = keeper.memoryOf(partition)
    if (!memory || stopping) return 'pause'
    await memory.writing
    // A write that failed has dropped what was known.
    if (keeper.memoryOf(partition) !== memory) return 'pause'
    try {
      metrics.taken(takeRecords(memory, records, tools.keep))
    } catch (error) {
      // Those before it are as good as any.
      if (isDirty(memory)) await write(memory)
      await keeper.failed(memory, error)
      return 'pause'
    }
    if (isFull(memory) || clock() - memory.lastWrite >= settings.writeMs) await write(memory)
    else writeSoon()
    if (keeper.memoryOf(partition) !== memory) return 'pause'
    keeper.succeeded(memory, high)
    return undefined
  }

  /** Never throws: a memory that could not be written is dropped, and its partition asked for. */
  function write(memory: Memory): Promise<void> {
    const windows = Object.values(memory.windows).reduce((sum, { dirty }) => sum + dirty.length, 0)
    memory.writing ??= writeMemory(db, memory, tools.step)
      .then(() => {
        metrics.written(windows)
      })
      .catch(async (error) => {
        const isOurs = keeper.memoryOf(memory.partition) === memory
        await keeper.failed(memory, error)
        if (isOurs) tools.ask(memory.partition)
      })
      .finally(() => {
        memory.lastWrite = clock()
        memory.writing = undefined
        trim()
      })
    return memory.writing
  }

  /** Where nothing more comes, nothing else would write what was taken. */
  function writeSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      for (const memory of keeper.memories()) if (isDirty(memory)) void write(memory)
    }, settings.writeMs)
  }

  function trim(): void {
    if (held() <= limits.rollupWindows) return
    const memories = [...keeper.memories()]
    for (const { windows, writing } of memories) {
      if (writing) continue
      for (const some of Object.values(windows)) some.trim(limits.rollupWindows / memories.length / 2)
    }
  }

  function held(): number {
    let sum = 0
    for (const { windows } of keeper.memories()) sum += windows['1m'].size + windows['5m'].size
    return sum
  }

  return {
    handlers: { assigned: keeper.assigned, recheck: keeper.recheck, batch },
    stop() {
      stopping = true
    },
    async drain() {
      clearTimeout(timer)
      await Promise.all([...keeper.memories()].filter(isDirty).map(write))
      logger.debug('windows are written')
    },
    health: () => keeper.health(),
  }
}

function isFull({ windows }: Memory): boolean {
  return Object.values(windows).some(({ dirty }) => dirty.length >= settings.dirtyWindows)
}
