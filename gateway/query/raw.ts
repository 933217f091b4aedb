import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { readRaw } from '@streamgauge/adapters/mariadb/query.ts'
import type { ListedSeries } from '@streamgauge/adapters/mariadb/series-list.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { formatPosition } from '@streamgauge/core/position.ts'
import type { Ask } from './ask.ts'
import { Thinner } from './thin.ts'

export interface History {
  readonly resolution: 'raw'
  /** The length of a step that was thinned to four points at most, ms; null when nothing was left out. */
  readonly step_ms: number | null
  readonly thinned: boolean
  /** Every record up to here is in the batch, none above it. */
  readonly as_of: string
  readonly batch: Batch
}

export const queryDefaults = {
  maxSeries: 1_000,
  /** Points of one answer; many series share them. */
  answerPoints: 500_000,
  limitSeconds: 10,
}

/** Reads raw points of a tenant with the position they are complete up to. */
export async function readHistory(
  database: Database,
  tenant: { readonly id: number; readonly name: string; readonly partition: number },
  ask: Ask,
  signal: AbortSignal,
): Promise<History> {
  const { maxSeries, answerPoints, limitSeconds } = queryDefaults
  const { metrics, agents, from, before } = ask
  let series: readonly ListedSeries[] = []
  let thinner = new Thinner(ask, ask.maxPoints)
  const nextOffset = await readRaw(
    database,
    {
      tenantId: tenant.id,
      partition: tenant.partition,
      metrics,
      agents,
      from,
      before,
      maxSeries,
      limitSeconds,
    },
    (found) => {
      if (found.length > maxSeries) {
        throw new Fault('QUERY_INVALID', `metric: more than ${maxSeries} series match; name agents.`)
      }
      series = found
      const share = Math.floor(answerPoints / Math.max(1, found.length))
      thinner = new Thinner(ask, Math.min(ask.maxPoints, share))
      return (place, ts, value) => thinner.add(place, ts, value)
    },
    signal,
  )
  const { s, t, x } = thinner.end()
  return {
    resolution: 'raw',
    step_ms: thinner.thinned ? thinner.stepMs : null,
    thinned: thinner.thinned,
    as_of: formatPosition({ partition: tenant.partition, offset: nextOffset - 1 }),
    batch: {
      v: 1,
      tenant: tenant.name,
      received: Date.now(),
      series: series.map(({ name }) => name),
      sid: series.map(({ id }) => id),
      s,
      t,
      x,
    },
  }
}
