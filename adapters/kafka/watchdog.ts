import { within } from '../deadline.ts'
import type { Placement } from './placement.ts'

const settings = { everyMs: 10_000, stuckAfterMs: 30_000, askMs: 2_000 }

/**
 * Health means progress: `stuck` resolves when there was lag and no movement for 30 s although the log and the
 * handlers' store answer, or when the group couldn't be joined for so long. A log that ends before the place
 * where a partition is read is a question for the handlers, not a lag.
 */
export function watchProgress(
  placement: Placement,
  tools: { ping: () => Promise<unknown>; canProgress?: () => Promise<boolean> },
  { everyMs, stuckAfterMs, askMs } = settings,
): { stuck: Promise<'stuck'>; stop(): void } {
  const stuck = Promise.withResolvers<'stuck'>()
  const outside = -1
  const marks = new Map<number, { next: number; since: number }>()

  /** True when `next` has been the same for too long. */
  function rests(partition: number, next: number, now: number): boolean {
    const mark = marks.get(partition)
    if (mark?.next === next) return now - mark.since >= stuckAfterMs
    marks.set(partition, { next, since: now })
    return false
  }

  async function check(): Promise<boolean> {
    const now = Date.now()
    const positions = placement.positions()
    if (!positions) {
      await tools.ping()
      return rests(outside, 0, now)
    }
    marks.delete(outside)
    const bounds = await placement.bounds()
    let still = false
    for (const { partition, high } of bounds) {
      const next = positions.get(partition)
      if (next === undefined || next === high) marks.delete(partition)
      else if (next > high) placement.ask(partition)
      else if (rests(partition, next, now)) still = true
    }
    return still && ((await tools.canProgress?.()) ?? true)
  }

  let checking = false
  const timer = setInterval(async () => {
    if (checking) return
    checking = true
    try {
      if (await within(check(), askMs, 'the log did not answer')) stuck.resolve('stuck')
    } catch {
      marks.clear()
    } finally {
      checking = false
    }
  }, everyMs)
  return { stuck: stuck.promise, stop: () => clearInterval(timer) }
}
