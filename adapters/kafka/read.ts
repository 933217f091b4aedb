import { randomUUID } from 'node:crypto'
import type { Log, LogRecord } from './types.ts'

/**
 * Reads what a topic holds at this moment, each partition in its order: from the offsets in `from` (a partition that
 * isn't in it is left out) or from the start, and at most `count` records of a partition. For tools and tests: it
 * keeps everything in memory.
 */
export async function readToEnd(
  log: Log,
  topic: string,
  options: { from?: ReadonlyMap<number, number>; count?: number } = {},
): Promise<LogRecord[]> {
  const due = new Map<number, { from: number; to: number; left: number }>()
  for (const { partition, low, high } of await log.bounds(topic)) {
    const from = options.from ? Math.max(low, options.from.get(partition) ?? high) : low
    if (from < high) due.set(partition, { from, to: high, left: options.count ?? Number.POSITIVE_INFINITY })
  }
  if (due.size === 0) return []
  const records: LogRecord[] = []
  const done = Promise.withResolvers<void>()
  const group = await log.runGroup(
    { group: `read.${randomUUID()}`, topic },
    {
      assigned: async (bounds) =>
        new Map(bounds.map(({ partition, high }) => [partition, due.get(partition)?.from ?? high])),
      async batch(partition, batch) {
        const range = due.get(partition)
        if (!range) return undefined
        const wanted = batch.filter(({ offset }) => offset < range.to).slice(0, range.left)
        records.push(...wanted)
        range.left -= wanted.length
        if (range.left === 0 || batch[batch.length - 1].offset >= range.to - 1) due.delete(partition)
        if (due.size === 0) done.resolve()
        return undefined
      },
    },
  )
  await done.promise
  await group.close()
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}
