import { setTimeout as sleep } from 'node:timers/promises'
import { within } from '@streamgauge/adapters/deadline.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { alertGroup, persistGroup, rollupGroup } from '@streamgauge/core/topics.ts'
import type { Arena } from './arena.ts'

/** From a moment until all partitions with load were over it, ms; null: never. */
export interface Recovery {
  /** Each has published a point that came in after it. */
  readonly recoveryMs: number | null
  /** What was published by then is in the windows. */
  readonly rollupMs: number | null
  /** It is held against the rules. */
  readonly alertMs: number | null
}

const settings = {
  recoverMs: 60_000,
  lookMs: 25,
  askMs: 2_000,
}

/** Times from `since` (epoch ms) until points move again, and rollups and alerts with them. */
export async function recover({ database, tenants }: Arena, since: number): Promise<Recovery> {
  const waiting = new Set(tenants.map(({ partition }) => partition))
  const due = new Map<number, number>()
  const recoveryMs = await until(since, async () => {
    for (const { partition, publishedReceived, published } of await readCursors(database, persistGroup)) {
      if (publishedReceived > since && waiting.delete(partition)) due.set(partition, published)
    }
    return waiting.size === 0
  })
  if (recoveryMs === null) return { recoveryMs, rollupMs: null, alertMs: null }
  const follow = (group: string) =>
    until(since, async () => {
      const nexts = new Map((await readFollowers(database, group)).map((one) => [one.partition, one.nextSrc]))
      return [...due].every(([partition, published]) => (nexts.get(partition) ?? 0) >= published)
    })
  const [rollupMs, alertMs] = await Promise.all([follow(rollupGroup), follow(alertGroup)])
  return { recoveryMs, rollupMs, alertMs }
}

async function until(since: number, test: () => Promise<boolean>): Promise<number | null> {
  while (Date.now() - since < settings.recoverMs) {
    // A frozen store is asked again: its answer to the first question may come much later.
    if (await within(test(), settings.askMs, 'no answer').catch(() => false)) return Date.now() - since
    await sleep(settings.lookMs)
  }
  return null
}
