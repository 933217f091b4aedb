import type { Bounds, Group, Log, LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { topics } from '@streamgauge/core/topics.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

export interface AlertTailOptions {
  readonly log: Pick<Log, 'runGroup' | 'offsetsAt'>
  /** Unique for this process: nothing is shared and nothing committed. */
  readonly group: string
  /** A change of state of a tenant's alert; the same may come again. */
  readonly onTransition: (tenant: string, transition: Transition) => void
  readonly logger: Logger
}

export interface AlertTail {
  close(): Promise<void>
}

/**
 * Reading starts so long before this process began, ms: a stream that opened while the log couldn't be reached yet
 * misses nothing, although clocks differ.
 */
const lookBackMs = 5_000

/** Follows all partitions of `alerts.transitions` from the start of this process on. */
export async function followAlerts(options: AlertTailOptions): Promise<AlertTail> {
  const { log, group, onTransition, logger } = options
  const since = Date.now() - lookBackMs
  /** The next offset to read of each partition. */
  const places = new Map<number, number>()

  async function assigned(bounds: readonly Bounds[]): Promise<ReadonlyMap<number, number>> {
    const known = bounds.every(({ partition }) => places.has(partition))
    const starts = known ? places : await log.offsetsAt(topics.transitions, since)
    for (const { partition, low, high } of bounds) {
      const place = places.get(partition) ?? starts.get(partition) ?? high
      // Where the topic was cut or made anew, what is left of it is read.
      places.set(partition, place < low || place > high ? low : place)
    }
    return places
  }

  function take({ key, value, partition, offset }: LogRecord): void {
    try {
      const transition = JSON.parse(value.toString('utf8')) as Transition
      if (key === null || !Number.isSafeInteger(transition.id)) throw new Error('no tenant, or no id')
      onTransition(key, transition)
    } catch (error) {
      logger.error({ err: error, partition, offset }, 'a record of alerts.transitions is none; skipped')
    }
  }

  const running: Group = await log.runGroup(
    { group, topic: topics.transitions },
    {
      assigned,
      async batch(partition, records) {
        for (const record of records) take(record)
        const last = records.at(-1)
        if (last) places.set(partition, last.offset + 1)
        return undefined
      },
    },
  )
  return { close: () => running.close() }
}
