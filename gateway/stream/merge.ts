import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'

/**
 * Puts consecutive batches of one tenant into one, points in their order. `received` is the last one's, like the
 * position the event will carry. Record-wide ids have no place in it and are left out.
 */
export function mergeBatches(batches: readonly Batch[]): Batch {
  const series: SeriesName[] = []
  const sid: number[] = []
  const s: number[] = []
  const t: number[] = []
  const x: number[] = []
  const ids: (string | null)[] = []
  const places = new Map<number, number>()
  for (const batch of batches) {
    const moved = batch.series.map((name, i) => {
      const id = batch.sid?.[i] ?? -1
      let place = places.get(id)
      if (place === undefined || id < 0) {
        place = series.push(name) - 1
        places.set(id, place)
        sid.push(id)
      }
      return place
    })
    for (let i = 0; i < batch.s.length; i++) {
      s.push(moved[batch.s[i]])
      t.push(batch.t[i])
      x.push(batch.x[i])
      ids.push(batch.ids?.[i] ?? null)
    }
  }
  const { tenant, received } = batches[batches.length - 1]
  const merged: Batch = { v: 1, tenant, received, series, s, t, x }
  if (!sid.includes(-1)) merged.sid = sid
  if (ids.some((id) => id !== null)) merged.ids = ids
  return merged
}
