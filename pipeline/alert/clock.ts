import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Keeper } from '../rollup/keeper.ts'
import type { Memory } from './memory.ts'
import type { Relay } from './relay.ts'
import type { RuleBook } from './rules.ts'

const settings = {
  tickMs: 1_000,
  /**
   * Records take so long at most from their `received` into the log. A record that comes after the end that was looked
   * at has then been received so late that it would have applied the same deadlines itself.
   */
  onTheirWayMs: 500,
}

interface Tools {
  readonly log: Log
  readonly book: RuleBook
  readonly keeper: Keeper<Memory>
  readonly relay: Relay
  readonly write: (memory: Memory) => Promise<void>
  readonly graceMs: number
  /** Epoch ms. */
  readonly clock: () => number
  readonly logger: Logger
}

export interface AlertClock {
  /** Begins to tick, if it doesn't yet. */
  start(): void
  /** Lets the clock decide about a partition if its end has been reached; what has changed is to be written. */
  settle(memory: Memory): void
  /** Ends the turn that is under way; there is no other. */
  stop(): Promise<void>
}

/**
 * Every second: reads rules that have changed, and lets the clock decide where no point does. A deadline is applied only
 * when the clock is a grace beyond it and everything that was in `metrics.ingest` at that moment, or later, has been
 * taken: in `metrics.persisted` alone nothing is missing while a backlog waits to be persisted.
 */
export function createClock({ log, book, keeper, relay, write, graceMs, clock, logger }: Tools): AlertClock {
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined

  async function tick(): Promise<void> {
    const memories = [...keeper.memories()]
    if (memories.length === 0) return
    relay.retry()
    await book.refresh()
    const now = clock()
    const due = memories.filter((memory) => !memory.target && memory.isDue(horizon(now)))
    if (due.length > 0) {
      const ends = new Map((await log.bounds(topics.ingest)).map((one) => [one.partition, one.high]))
      for (const memory of due) memory.target = { end: ends.get(memory.partition) ?? 0, at: now }
    }
    for (const memory of memories) {
      // It may have been dropped meanwhile: what it knows may never have become true.
      if (keeper.memoryOf(memory.partition) !== memory) continue
      settle(memory)
      if (memory.movedByClock && !memory.writing) await write(memory)
    }
  }

  function horizon(at: number): number {
    return at - graceMs - settings.onTheirWayMs
  }

  function settle(memory: Memory): void {
    const { target, nextSrc, partition } = memory
    if (!target || nextSrc < target.end || memory.writing || keeper.memoryOf(partition) !== memory) return
    memory.target = undefined
    // A record from before a change may be on its way as long.
    memory.tick(horizon(target.at), target.at - settings.onTheirWayMs, graceMs)
  }

  return {
    start() {
      timer ??= setInterval(() => {
        ticking ??= tick()
          .catch((error) => logger.debug({ err: error }, 'the clock of alerts waits for its services'))
          .finally(() => {
            ticking = undefined
          })
      }, settings.tickMs)
    },
    settle,
    async stop() {
      clearInterval(timer)
      await ticking
    },
  }
}
