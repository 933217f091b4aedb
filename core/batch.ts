/** Tags of a series: flat, sorted by key, at most `limits.tagsPerPoint`. */
export type Tags = Readonly<Record<string, string>>

/** What names a series inside its tenant: `[metric_name, agent_id | null, tags]`. */
export type SeriesName = readonly [metric: string, agent: string | null, tags: Tags]

/**
 * The one shape that points travel in: records of `metrics.ingest` and `metrics.persisted`, SSE `points`
 * events and query answers. Columnar, because it parses about seven times faster than an array of objects.
 */
export interface Batch {
  v: 1
  tenant: string
  /** Server clock when the request was accepted, epoch ms. */
  received: number
  /** Dedupe id of the whole record, when it has one. */
  id?: string
  series: SeriesName[]
  /** Series ids, parallel to `series`: only on what persist has stored. */
  sid?: number[]
  /** Per point: index into `series`. */
  s: number[]
  /** Per point: event time, epoch ms. */
  t: number[]
  /** Per point: value. */
  x: number[]
  /** Per point: dedupe id or null. Absent when no point has one. */
  ids?: (string | null)[]
}

/** A batch with nothing in it: what persist publishes for a record of which no point was kept. */
export function emptyBatch(tenant: string, received: number): Batch {
  return { v: 1, tenant, received, series: [], s: [], t: [], x: [] }
}

/** Keeps the points for which `keep(index)` holds and only the series that they use. */
export function filterPoints(batch: Batch, keep: (index: number) => boolean): Batch {
  const moved = new Map<number, number>()
  const out: Batch = { v: 1, tenant: batch.tenant, received: batch.received, series: [], s: [], t: [], x: [] }
  if (batch.id !== undefined) out.id = batch.id
  if (batch.sid) out.sid = []
  if (batch.ids) out.ids = []
  for (let i = 0; i < batch.s.length; i++) {
    if (!keep(i)) continue
    const from = batch.s[i]
    let to = moved.get(from)
    if (to === undefined) {
      to = out.series.push(batch.series[from]) - 1
      moved.set(from, to)
      if (batch.sid && out.sid) out.sid.push(batch.sid[from])
    }
    out.s.push(to)
    out.t.push(batch.t[i])
    out.x.push(batch.x[i])
    if (batch.ids && out.ids) out.ids.push(batch.ids[i])
  }
  return out
}
