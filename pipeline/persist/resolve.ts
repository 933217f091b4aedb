import type { Connection, Queryable } from '@streamgauge/adapters/mariadb/pool.ts'
import {
  findSeries,
  insertSeries,
  type NewSeries,
  seriesHash,
  seriesKey,
} from '@streamgauge/adapters/mariadb/series.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { seriesIdentity, sortTags } from '@streamgauge/core/series.ts'
import type { LiveEntry } from './run.ts'
import type { SeriesCache } from './series-cache.ts'

/** Series ids parallel to `batch.series`, for each entry; `learned` may be cached once they are committed. */
export interface Resolved {
  readonly sids: readonly number[][]
  readonly learned: readonly Learned[]
}

export interface Learned {
  readonly tenantId: number
  readonly identity: string
  readonly sid: number
}

/** Finds the series of a run and puts the new ones into the dictionary, in the run's transaction. */
export function resolve(
  connection: Connection,
  entries: readonly LiveEntry[],
  cache: SeriesCache,
  now: number,
): Promise<Resolved> {
  return lookUp(connection, entries, cache, (missing) => insertSeries(connection, missing, now))
}

/** Finds the series of records that have been persisted: all of them are in the dictionary. */
export function resolveStored(
  db: Queryable,
  entries: readonly LiveEntry[],
  cache: SeriesCache,
): Promise<Resolved> {
  return lookUp(db, entries, cache, async ([first]) => {
    invariant(first === undefined, `series "${first?.metric}" of a persisted record is not in the dictionary`)
    return new Map()
  })
}

async function lookUp(
  db: Queryable,
  entries: readonly LiveEntry[],
  cache: SeriesCache,
  insert: (missing: NewSeries[]) => Promise<Map<string, number>>,
): Promise<Resolved> {
  const unknown = new Map<
    string,
    NewSeries & { identity: string; places: [list: number[], index: number][] }
  >()
  const sids = entries.map(({ tenantId, batch }) => {
    const list: number[] = new Array(batch.series.length)
    for (const [index, name] of batch.series.entries()) {
      const [metric, agent, tags] = sorted(name)
      const identity = seriesIdentity([metric, agent, tags])
      const sid = cache.get(tenantId, identity)
      if (sid !== undefined) {
        list[index] = sid
        continue
      }
      const id = seriesHash(identity)
      const key = seriesKey({ tenantId, id })
      let one = unknown.get(key)
      if (!one) {
        one = { tenantId, id, metric, agent, tags: JSON.stringify(tags), identity, places: [] }
        unknown.set(key, one)
      }
      one.places.push([list, index])
    }
    return list
  })
  if (unknown.size === 0) return { sids, learned: [] }

  const found = await findSeries(db, [...unknown.values()])
  const missing = [...unknown].filter(([key]) => !found.has(key)).map(([, one]) => one)
  const inserted = await insert(missing)
  const learned = [...unknown].map(([key, { tenantId, identity, places }]): Learned => {
    const sid = found.get(key) ?? inserted.get(key)
    invariant(sid !== undefined, 'a series was inserted without an answer')
    for (const [list, index] of places) list[index] = sid
    return { tenantId, identity, sid }
  })
  return { sids, learned }
}

/** Tags in their order: the connectors sort them, a foreign producer may not have. */
function sorted(name: SeriesName): SeriesName {
  const tags = sortTags(name[2])
  return tags === name[2] ? name : [name[0], name[1], tags]
}
