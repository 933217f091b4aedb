import { randomUUID } from 'node:crypto'
import type { Log, LogRecord } from './types.ts'

/**
 * Reads what a topic holds at this moment, each partition in its order, from `from` on (default: from the start).
 * For tools and tests: it keeps everything in memory. Stops early once it has `most` records.
 */
export async function readToEnd(
  log: Log,
  topic: string,
  options: { from?: ReadonlyMap<number, number>; most?: number } = {},
): Promise<LogRecord[]> {
  const due = new Map<number, { from: number; to: number }>()
  for (const { partition, low, high } of await log.bounds(topic)) {
    const from = options.from ? Math.max(low, options.from.get(partition) ?? high) : low
    if (from < high) due.set(partition, { from, to: high })
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
        records.push(...batch.filter(({ offset }) => offset < range.to))
        if (batch[batch.length - 1].offset >= range.to - 1) due.delete(partition)
        if (due.size === 0 || records.length >= (options.most ?? Infinity)) done.resolve()
        return undefined
      },
    },
  )
  await done.promise
  await group.close()
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}
