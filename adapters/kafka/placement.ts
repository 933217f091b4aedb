import type { Logger } from '@streamgauge/adapters/log.ts'
import type { IHeaders, KafkaMessage } from 'kafkajs'
import { within } from '../deadline.ts'
import type { ConsumerGroup } from './patches.ts'
import type { Bounds, GroupHandlers, LogRecord } from './types.ts'

const placeMs = 2_000
/** A partition that waits is asked for soon, and then less and less often. */
const recheckMs = { first: 100, most: 1_000 }
/** Questions in a row without an answer that are no news yet: a leader is elected, a store is slow for a moment. */
const warnAfter = 5

export interface Delivery {
  readonly records: LogRecord[]
  /** What the handler answered, and the offset of the last record it was given. */
  done(next: number | 'pause' | undefined, last: number): void
}

/** Where one member stands: which partitions it has, what it reads next, and which ones wait. */
export interface Placement {
  join(group: ConsumerGroup): Promise<void>
  leave(): void
  /** The records of a fetched batch that are due; undefined when none is. */
  gate(partition: number, messages: readonly KafkaMessage[], high: number): Delivery | undefined
  /** Commits the positions that have moved since the last time. */
  commit(): Promise<void>
  /** Next offsets of the partitions that are being read; undefined while there is no membership. */
  positions(): ReadonlyMap<number, number> | undefined
  bounds(): Promise<Bounds[]>
  /** Stops reading a partition until the handlers have said where to go on. */
  ask(partition: number): void
  /** How long partitions have waited for an answer, ms. */
  waiting(): ReadonlyMap<number, number>
  /** How many batches were handled, ever. */
  movements(): number
}

export function createPlacement(topic: string, handlers: GroupHandlers, logger: Logger): Placement {
  let group: ConsumerGroup | undefined
  let generation = 0
  let moved = 0
  let recheck: NodeJS.Timeout | undefined
  let recheckAfter = recheckMs.first
  /** Questions in a row that had no answer. */
  let failures = 0
  const next = new Map<number, number>()
  /** With the time since when, epoch ms. */
  const waiting = new Map<number, number>()
  const committed = new Map<number, number>()
  /** The expected offset at which the log answered something later, by partition: asked for once more. */
  const gaps = new Map<number, number>()

  function go(to: ConsumerGroup, partition: number, offset: number): void {
    next.set(partition, offset)
    waiting.delete(partition)
    to.seek({ topic, partition, offset: String(offset) })
    to.resume([{ topic, partitions: [partition] }])
  }

  function hold(of: ConsumerGroup, partition: number): void {
    next.delete(partition)
    waiting.set(partition, waiting.get(partition) ?? Date.now())
    of.pause([{ topic, partitions: [partition] }])
    recheckAfter = recheckMs.first
  }

  function wait(of: ConsumerGroup, partition: number): void {
    hold(of, partition)
    schedule()
  }

  function schedule(): void {
    recheck ??= setTimeout(() => {
      recheck = undefined
      void askAgain()
    }, recheckAfter)
    recheckAfter = Math.min(recheckMs.most, recheckAfter * 2)
  }

  async function askAgain(): Promise<void> {
    const asked = group
    const mine = generation
    if (!asked || waiting.size === 0) return
    const ask = handlers.recheck ?? handlers.assigned
    const answer = await placesOf(asked, [...waiting.keys()], (bounds) => ask.call(handlers, bounds))
    if (mine !== generation) return
    for (const [partition, offset] of answer) if (waiting.has(partition)) go(asked, partition, offset)
    if (waiting.size > 0) schedule()
  }

  async function placesOf(
    of: ConsumerGroup,
    partitions: number[],
    ask: (bounds: readonly Bounds[]) => Promise<ReadonlyMap<number, number>>,
  ): Promise<ReadonlyMap<number, number>> {
    try {
      const asking = boundsOf(of, topic, partitions).then(ask)
      const answer = await within(asking, placeMs, 'positions were not found')
      failures = 0
      return answer
    } catch (error) {
      failures++
      logger[failures === warnAfter ? 'warn' : 'debug'](
        { err: error, partitions },
        'positions are not known yet',
      )
      return new Map()
    }
  }

  return {
    async join(joined) {
      group = joined
      const mine = ++generation
      const partitions = joined.assigned().find((one) => one.topic === topic)?.partitions ?? []
      for (const partition of partitions) hold(joined, partition)
      const answer = await placesOf(joined, partitions, (bounds) => handlers.assigned(bounds))
      if (mine !== generation) return
      for (const partition of partitions) {
        const offset = answer.get(partition)
        if (offset !== undefined) go(joined, partition, offset)
      }
      // Not before: they are being asked for.
      if (waiting.size > 0) schedule()
    },
    leave() {
      group = undefined
      generation++
      next.clear()
      waiting.clear()
      committed.clear()
      gaps.clear()
      clearTimeout(recheck)
      recheck = undefined
    },
    gate(partition, messages, high) {
      const reader = group
      const mine = generation
      const expected = next.get(partition)
      if (!reader || expected === undefined) return undefined
      const first = messages.findIndex((message) => Number(message.offset) >= expected)
      if (first === -1) {
        // Either left over from before a seek, or the log ends before the place where we are.
        if (high < expected) wait(reader, partition)
        else go(reader, partition, expected)
        return undefined
      }
      if (Number(messages[first].offset) > expected && gaps.get(partition) !== expected) {
        gaps.set(partition, expected)
        go(reader, partition, expected)
        return undefined
      }
      return {
        records: messages.slice(first).map((message) => toRecord(partition, message)),
        done(answer, last) {
          if (mine !== generation) return
          moved++
          if (answer === 'pause') wait(reader, partition)
          else if (answer === undefined) next.set(partition, last + 1)
          else go(reader, partition, answer)
        },
      }
    },
    async commit() {
      const changed = [...next].filter(([partition, offset]) => committed.get(partition) !== offset)
      if (!group || changed.length === 0) return
      const partitions = changed.map(([partition, offset]) => ({ partition, offset: String(offset) }))
      await group.commitOffsets({ topics: [{ topic, partitions }] })
      for (const [partition, offset] of changed) committed.set(partition, offset)
    },
    positions: () => (group ? next : undefined),
    async bounds() {
      return group ? boundsOf(group, topic, [...next.keys()]) : []
    },
    ask(partition) {
      if (group) wait(group, partition)
    },
    waiting() {
      const now = Date.now()
      return new Map([...waiting].map(([partition, since]) => [partition, now - since]))
    },
    movements: () => moved,
  }
}

async function boundsOf(group: ConsumerGroup, topic: string, numbers: number[]): Promise<Bounds[]> {
  if (numbers.length === 0) return []
  const partitions = numbers.map((partition) => ({ partition }))
  const [[low], [high]] = await Promise.all([
    group.cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions }]),
    group.cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]),
  ])
  const ends = new Map(high.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  return low.partitions.map(({ partition, offset }) => ({
    partition,
    low: Number(offset),
    high: ends.get(partition) ?? Number(offset),
  }))
}

const nothing = Buffer.alloc(0)

function toRecord(partition: number, message: KafkaMessage): LogRecord {
  return {
    partition,
    offset: Number(message.offset),
    key: message.key === null ? null : message.key.toString(),
    value: message.value ?? nothing,
    headers: message.headers ? toHeaders(message.headers) : {},
    timestamp: Number(message.timestamp),
  }
}

function toHeaders(headers: IHeaders): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    out[name] = String(Array.isArray(value) ? value[0] : (value ?? ''))
  }
  return out
}
