import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'

/** What a record of `metrics.persisted` says. */
export interface Published {
  /** Server clock when its points were accepted, epoch ms. */
  readonly received: number
  readonly tenant: string
  readonly series: readonly SeriesName[]
  /** Ids of its series; empty where nothing was kept. */
  readonly sid: readonly number[]
  readonly points: Pick<Batch, 's' | 't' | 'x'>
}

/** The ingest offset that a record stands for; NaN when it doesn't say. */
export function srcOf({ headers }: LogRecord): number {
  const src = Number(headers[srcHeader])
  return Number.isSafeInteger(src) && src >= 0 ? src : Number.NaN
}

/** Reads a record; undefined when persist hasn't written it. */
export function decode({ value }: LogRecord): Published | undefined {
  try {
    const { v, received, tenant, series, sid = [], s, t, x } = JSON.parse(value.toString()) as Batch
    const count = s.length
    if (v !== 1 || !(received >= 0) || t.length !== count || x.length !== count) return undefined
    for (let i = 0; i < count; i++) if (sid[s[i]] === undefined) return undefined
    return { received, tenant, series, sid, points: { s, t, x } }
  } catch {
    return undefined
  }
}
