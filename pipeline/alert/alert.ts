import type { GroupHandlers, Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { readAlertStates } from '@streamgauge/adapters/mariadb/alert-states.ts'
import type { VersionedCursor } from '@streamgauge/adapters/mariadb/followers.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import { alertGroup } from '@streamgauge/core/topics.ts'
import { createKeeper, type KeeperHealth } from '../rollup/keeper.ts'
import { createClock } from './clock.ts'
import { Memory } from './memory.ts'
import { createMetrics } from './metrics.ts'
import { createRelay } from './relay.ts'
import { RuleBook } from './rules.ts'
import type { AlertStepHook } from './steps.ts'
import { takeRecords } from './take.ts'
import { writeMemory } from './write.ts'

const settings = {
  /** Rows of states without transitions are at most so much older than what has been read. */
  writeMs: 1_000,
  /** States that differ from their rows: with more of them a write would take long. */
  dirtyStates: 20_000,
}

export interface AlertTools {
  readonly log: Log
  /** With the session settings of persist. */
  readonly db: Database
  readonly registry: Registry
  readonly logger: Logger
  /** How long after a deadline the clock decides, ms. */
  readonly graceMs: number
  /** Stops the reading of a partition until `recheck` has said where to go on. */
  readonly ask: (partition: number) => void
  /** There may be news in the outbox. */
  readonly onNews: () => void
  /** Epoch ms. */
  readonly clock: () => number
  /** Told of every step that is done. Only chaos runs have one. */
  readonly step?: AlertStepHook
}

export interface Alerts {
  readonly handlers: Required<GroupHandlers>
  /** Takes nothing new. */
  stop(): void
  /** Writes what was taken. Call it when the handlers have ended. */
  drain(): Promise<void>
  health(): KeeperHealth
}

/**
 * From `metrics.persisted` to `alerts`, the outbox and `alerts.transitions`, each transition exactly once (docs/flow.md):
 * states, transitions, news and cursor are written together, at once where there is a transition and about once a
 * second else. Whatever is lost before that is read again from where the cursor is, and gives the same.
 */
export function createAlerts(tools: AlertTools): Alerts {
  const { log, db, logger, graceMs, step } = tools
  const book = new RuleBook(db)
  const metrics = createMetrics(tools.registry, held)
  const needPartitions = async () => undefined
  const keeper = createKeeper<Memory>({ ...tools, group: alertGroup, open, metrics, needPartitions })
  const relay = createRelay(tools)
  const clock = createClock({ log, book, keeper, relay, write, graceMs, clock: tools.clock, logger })
  let stopping = false
  let timer: NodeJS.Timeout | undefined

  async function open(cursor: VersionedCursor): Promise<Memory> {
    const { partition } = cursor
    const states = await readAlertStates(db, partition)
    // After the states: of each there is the rule.
    await book.refresh(states.length > 0)
    clock.start()
    relay.wake(partition)
    return new Memory(cursor, states, book)
  }

  async function batch(
    partition: number,
    records: readonly LogRecord[],
    high: number,
  ): Promise<number | 'pause' | undefined> {
    const memory = keeper.memoryOf(partition)
    if (!memory || stopping) return 'pause'
    while (memory.writing) await memory.writing
    // A write that failed has dropped what was known.
    if (keeper.memoryOf(partition) !== memory) return 'pause'
    try {
      metrics.taken(takeRecords(memory, records, book, graceMs))
    } catch (error) {
      // Those before it are as good as any.
      if (memory.isDirty()) await write(memory)
      await keeper.failed(memory, error)
      return 'pause'
    }
    clock.settle(memory)
    if (isUrgent(memory) || tools.clock() - memory.lastWrite >= settings.writeMs) await write(memory)
    else writeSoon()
    if (keeper.memoryOf(partition) !== memory) return 'pause'
    keeper.succeeded(memory, high)
    return undefined
  }

  /** Never throws: a memory that could not be written is dropped, and its partition asked for. */
  function write(memory: Memory): Promise<void> {
    const states = memory.alerts.map(({ alert }) => alert.to)
    memory.writing ??= writeMemory(db, memory, tools.clock(), step)
      .then(() => {
        metrics.recorded(states)
        if (states.length === 0) return
        tools.onNews()
        relay.wake(memory.partition)
      })
      .catch(async (error) => {
        const isOurs = keeper.memoryOf(memory.partition) === memory
        await keeper.failed(memory, error)
        if (isOurs) tools.ask(memory.partition)
      })
      .finally(() => {
        memory.lastWrite = tools.clock()
        memory.writing = undefined
      })
    return memory.writing
  }

  /** Where nothing more comes, nothing else would write what was taken. */
  function writeSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      for (const memory of keeper.memories()) if (memory.isDirty()) void write(memory)
    }, settings.writeMs)
  }

  function held(): number {
    let sum = 0
    for (const { size } of keeper.memories()) sum += size
    return sum
  }

  return {
    handlers: { assigned: keeper.assigned, recheck: keeper.recheck, batch },
    stop() {
      stopping = true
    },
    async drain() {
      clearTimeout(timer)
      await clock.stop()
      await Promise.all([...keeper.memories()].filter((memory) => memory.isDirty()).map(write))
      await relay.close()
      logger.debug('states of alerts are written')
    },
    health: () => keeper.health(),
  }
}

function isUrgent({ alerts, dirty }: Memory): boolean {
  return alerts.length > 0 || dirty.length >= settings.dirtyStates
}
