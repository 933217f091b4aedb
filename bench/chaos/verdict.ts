import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import type { Batch } from '@streamgauge/core/batch.ts'
import { offsetOf, positionOf } from '@streamgauge/core/position.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import { srcHeader } from '@streamgauge/core/topics.ts'
import { pointValue, type Sent } from './ledger.ts'

/** The partition of a series' tenant, and its identity. */
export interface StoredSeries {
  readonly partition: number
  readonly series: string
}

/** A row of `metrics_raw` with its series. */
export interface StoredRow extends StoredSeries {
  readonly sid: number
  readonly ts: number
  readonly position: number
  readonly value: number
}

export interface Place {
  readonly partition: number
  readonly offset: number
}

/** Everything that is left of a run, read from where it was stored. Records in the order of their offsets. */
export interface Evidence {
  readonly sent: readonly Sent[]
  readonly ingest: readonly LogRecord[]
  readonly persisted: readonly LogRecord[]
  readonly rows: readonly StoredRow[]
  /** By their number in the dictionary. */
  readonly series: ReadonlyMap<number, StoredSeries>
  /** A point that is older when it is received has no row: `metrics.persisted` alone tells of it. */
  readonly rawRetentionMs: number
  /** Offsets in `dead`, offsets of the dead letters, and where rubbish was put on purpose. */
  readonly dead: readonly Place[]
  readonly letters: readonly Place[]
  readonly rubbish: readonly Place[]
}

/** What may not happen, counted; all zero is what the product promises. */
export interface Flaws {
  /** Points that were acknowledged and are not stored. */
  lost: number
  /** Rows of points that are stored already. */
  doubled: number
  /** Points stored although the answer said that nothing of their request is. */
  refusedButStored: number
  /** Points that are in the log, count by its order, and have no row. */
  unstored: number
  /** Rows that nothing in the log calls for, or that say something else. */
  rowsNotInLog: number
  /** Ingest records that are not in `metrics.persisted`, or come before one that they follow. */
  holes: number
  /** Records of `metrics.persisted` whose bytes differ from those of the first one for the same record. */
  differing: number
  /** Records of `metrics.persisted` whose points are not the rows. */
  publishedNotRows: number
  /** Records set aside that were good, rubbish that was not, and dead records without a letter. */
  deadWrong: number
}

export interface Verdict {
  readonly flaws: Flaws
  readonly counts: {
    readonly sent: number
    readonly acknowledged: number
    readonly records: number
    readonly rows: number
    readonly republished: number
    readonly dead: number
  }
  /** The first few of each flaw, for the one who has to find out why. */
  readonly examples: readonly string[]
}

const examplesPerFlaw = 3

/** Holds the stores against what producers were told, and each store against the log. Nothing of persist is used. */
export function judge(evidence: Evidence): Verdict {
  const flaws: Flaws = {
    lost: 0,
    doubled: 0,
    refusedButStored: 0,
    unstored: 0,
    rowsNotInLog: 0,
    holes: 0,
    differing: 0,
    publishedNotRows: 0,
    deadWrong: 0,
  }
  const examples: string[] = []
  const blame = (flaw: keyof Flaws, what: string, count = 1) => {
    if (flaws[flaw] < examplesPerFlaw) examples.push(`${flaw}: ${what}`)
    flaws[flaw] += count
  }

  const skipped = skippedPoints(evidence)
  judgePromises(evidence, skipped, blame)
  judgeDead(evidence, blame)
  const rows = Map.groupBy(evidence.rows, ({ partition }) => partition)
  const persisted = Map.groupBy(evidence.persisted, ({ partition }) => partition)
  const ingest = Map.groupBy(evidence.ingest, ({ partition }) => partition)
  let republished = 0
  for (const partition of new Set([...ingest.keys(), ...rows.keys(), ...persisted.keys()])) {
    const records = ingest.get(partition) ?? []
    const stored = { rows: rows.get(partition) ?? [], skipped: skipped.get(partition) ?? new Map() }
    const own = judgeRows(partition, records, stored, evidence.rawRetentionMs, blame)
    republished += judgePublished(partition, records, persisted.get(partition) ?? [], own, blame)
  }
  const { sent, dead } = evidence
  const points = (some: readonly Sent[]) => some.reduce((sum, { count }) => sum + count, 0)
  return {
    flaws,
    counts: {
      sent: points(sent),
      acknowledged: points(sent.filter(({ state }) => state === 'acknowledged')),
      records: evidence.ingest.length,
      rows: evidence.rows.length,
      republished,
      dead: dead.length,
    },
    examples,
  }
}

type Blame = (flaw: keyof Flaws, what: string, count?: number) => void

/** Rows of one partition: those of `metrics_raw`, and those that the points too old for it would be. */
interface Stored {
  readonly rows: readonly StoredRow[]
  /** By ingest offset, in the order in which they were published. */
  readonly skipped: ReadonlyMap<number, readonly StoredRow[]>
}

/** By partition: what the first record for each ingest record tells, for all others have to be equal to it. */
function skippedPoints({ persisted, series, rawRetentionMs }: Evidence): Map<number, Stored['skipped']> {
  const points = new Map<number, Map<number, StoredRow[]>>()
  for (const { partition, headers, value } of persisted) {
    const src = Number(headers[srcHeader])
    const own = points.get(partition) ?? new Map<number, StoredRow[]>()
    points.set(partition, own)
    const batch = readBatch(value)
    if (!batch || own.has(src)) continue
    const old = [...batch.t.keys()].filter((i) => isSkipped(batch, i, rawRetentionMs))
    own.set(
      src,
      old.map((i) => {
        const sid = batch.sid?.[batch.s[i]] ?? -1
        const of = series.get(sid) ?? { partition: -1, series: `no series ${sid}` }
        return { ...of, sid, ts: batch.t[i], position: positionOf(src, i), value: batch.x[i] }
      }),
    )
  }
  return points
}

function isSkipped({ t, received }: Batch, i: number, rawRetentionMs: number): boolean {
  return t[i] < received - rawRetentionMs
}

/** By value: every point sent has one that nobody else has. */
function judgePromises(
  { sent, rows }: Evidence,
  skipped: ReadonlyMap<number, Stored['skipped']>,
  blame: Blame,
): void {
  const times = new Map<number, number>()
  const published = [...skipped.values()].flatMap((byOffset) => [...byOffset.values()].flat())
  for (const { value } of [...rows, ...published]) times.set(value, (times.get(value) ?? 0) + 1)
  for (const request of sent) {
    const { state, kind, first, count, tenant } = request
    for (let point = first; point < first + count; point++) {
      const value = pointValue(request, point)
      const stored = times.get(value) ?? 0
      times.delete(value)
      const what = `point ${value} of ${tenant} (${kind}) is stored ${stored} times`
      if (stored === 0 && state === 'acknowledged') blame('lost', what)
      if (stored > 1) blame('doubled', what, stored - 1)
      if (stored > 0 && state === 'refused') blame('refusedButStored', what)
    }
  }
  for (const value of times.keys()) blame('rowsNotInLog', `nobody has sent the value ${value}`)
}

function judgeDead({ dead, letters, rubbish }: Evidence, blame: Blame): void {
  const text = ({ partition, offset }: Place) => `${partition}:${offset}`
  const [isDead, hasLetter, isRubbish] = [dead, letters, rubbish].map((list) => new Set(list.map(text)))
  for (const one of isDead) {
    if (!isRubbish.has(one)) blame('deadWrong', `${one} was good and is dead`)
    if (!hasLetter.has(one)) blame('deadWrong', `${one} is dead without a letter`)
  }
  for (const one of isRubbish) if (!isDead.has(one)) blame('deadWrong', `${one} is rubbish and not dead`)
}

/** Which points count, by the order of the log alone; answers the rows of each record, in their order. */
function judgeRows(
  partition: number,
  records: readonly LogRecord[],
  { rows, skipped }: Stored,
  rawRetentionMs: number,
  blame: Blame,
): Map<number, StoredRow[]> {
  const all = [...rows]
  const byPosition = new Map<number, StoredRow>()
  for (const row of rows) {
    const { position } = row
    if (byPosition.has(position)) blame('rowsNotInLog', `two rows at ${partition}:${position}`)
    byPosition.set(position, row)
  }
  const seen = new Set<string>()
  const isNew = (id: string | null | undefined, kind: string, tenant: string) => {
    if (id === null || id === undefined) return true
    const key = `${kind} ${tenant} ${id}`
    return !seen.has(key) && Boolean(seen.add(key))
  }
  for (const { offset, value } of records) {
    const batch = readBatch(value)
    const published = [...(skipped.get(offset) ?? [])]
    const counts = batch !== undefined && isNew(batch.id, 'record', batch.tenant)
    for (let i = 0; counts && i < batch.s.length; i++) {
      if (!isNew(batch.ids?.[i], 'point', batch.tenant)) continue
      const position = positionOf(offset, i)
      const old = isSkipped(batch, i, rawRetentionMs)
      const row = old ? published.shift() : byPosition.get(position)
      if (!old) byPosition.delete(position)
      else if (row) all.push({ ...row, position })
      const series = seriesIdentity(batch.series[batch.s[i]])
      const what = `${partition}:${offset} point ${i}`
      if (!row) blame('unstored', `${what} has no row`)
      else if (row.value !== batch.x[i] || row.ts !== batch.t[i] || row.series !== series)
        blame('rowsNotInLog', `${what} is stored as something else`)
    }
    for (const point of published)
      blame('rowsNotInLog', `${point.value} of ${partition}:${offset} is published and not called for`)
  }
  for (const { position } of byPosition.values())
    blame('rowsNotInLog', `the row at ${partition}:${offsetOf(position)} is not called for`)
  return Map.groupBy(
    all.toSorted((a, b) => a.position - b.position),
    ({ position }) => offsetOf(position),
  )
}

/** `src` n comes only when everything below n is there; again only with the same bytes; and it says what is stored. */
function judgePublished(
  partition: number,
  records: readonly LogRecord[],
  published: readonly LogRecord[],
  rows: ReadonlyMap<number, readonly StoredRow[]>,
  blame: Blame,
): number {
  const first = new Map<number, Buffer>()
  let next = records[0]?.offset ?? 0
  let again = 0
  for (const { headers, value } of published) {
    const src = Number(headers[srcHeader])
    const before = first.get(src)
    if (before) {
      again++
      if (!before.equals(value)) blame('differing', `${partition}:${src} was published differently`)
      continue
    }
    first.set(src, value)
    if (src !== next)
      blame('holes', `${partition}:${src} comes where ${next} is due`, Math.max(1, src - next))
    next = Math.max(next, src + 1)
    const batch = readBatch(value)
    const own = rows.get(src) ?? []
    const same =
      batch !== undefined &&
      batch.x.length === own.length &&
      own.every((row, i) => {
        const s = batch.s[i]
        return row.value === batch.x[i] && row.ts === batch.t[i] && row.sid === batch.sid?.[s]
      })
    if (!same)
      blame('publishedNotRows', `${partition}:${src} has ${batch?.x.length} points, ${own.length} rows`)
  }
  const end = (records.at(-1)?.offset ?? -1) + 1
  if (next < end) blame('holes', `${partition} ends at ${next} instead of ${end}`, end - next)
  return again
}

function readBatch(value: Buffer): Batch | undefined {
  try {
    return JSON.parse(value.toString())
  } catch {
    return undefined
  }
}
