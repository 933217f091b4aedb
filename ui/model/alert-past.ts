import type { AlertTransition } from '../api/alert-types.ts'
import type { Listing } from '../api/types.ts'
import type { Range } from './span.ts'

/** Transitions of a page, and pages read for one range. */
const pageSize = 1000
const pagesAtMost = 5
/** Names of metrics in an address, characters: with more of them those of all metrics are asked for. */
const namesAtMost = 4000

/** What charts show; the end of one that moves is Infinity. */
export interface PastAsk {
  readonly shown: Range
  readonly metrics: readonly string[]
}

/** Whatever is wanted was read already. */
export function covers(read: PastAsk, { shown, metrics }: PastAsk): boolean {
  return (
    read.shown.to === shown.to &&
    read.shown.from <= shown.from &&
    metrics.every((name) => read.metrics.includes(name))
  )
}

/**
 * Reads transitions, the newest first, until those before the time shown: they tell the states that it begins with.
 * Answers the time, epoch ms, before which there are too many to be read; undefined: none is missing.
 */
export async function readPast(
  { shown: { from, to }, metrics }: PastAsk,
  read: (query: readonly (readonly [string, string])[]) => Promise<Listing<AlertTransition>>,
  take: (items: readonly AlertTransition[]) => void,
): Promise<number | undefined> {
  const named = metrics.join('').length <= namesAtMost && metrics.length <= 100
  const query = [
    ['limit', String(pageSize)],
    ...(Number.isFinite(to) ? [['to', String(to)]] : []),
    ...(named ? metrics.map((name) => ['metric', name]) : []),
  ] as [string, string][]
  let cursor: string | null = null
  let oldest = to
  for (let pages = 0; pages < pagesAtMost; pages++) {
    const page: Listing<AlertTransition> = await read(cursor ? [...query, ['cursor', cursor]] : query)
    take(page.items)
    cursor = page.next
    oldest = page.items.at(-1)?.at ?? oldest
    if (cursor === null || oldest < from) return undefined
  }
  return oldest
}
