import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import type { StoredBatch } from '../api/types.ts'
import { Interval } from './gap.ts'
import { everything, type JoinSink } from './join.ts'
import { PointRing } from './ring.ts'
import { seriesLabels } from './series-label.ts'
import { StepRows } from './step-rows.ts'

/** More lines than this can't be told apart on one chart. */
export const maxLines = 12

/** One series of a chart. */
export interface Line {
  readonly name: SeriesName
  readonly ring: PointRing
  /** Instead of points, when the model holds windows of them. */
  steps: StepRows | undefined
  /** The point with the greatest event time. */
  newest: { readonly t: number; readonly x: number } | undefined
  interval: Interval
  label: string
}

export interface ModelListener {
  /** A point has been added to a line. */
  point(line: Line, timeMs: number, value: number): void
  /** Lines have been replaced or their points have: read everything anew. */
  reset(): void
  /** Lines have been added. */
  lines(): void
}

/** What is known of one metric: its lines and their raw points. No drawing, no DOM. */
export class MetricModel implements JoinSink {
  readonly metric: string
  readonly agent: string | undefined
  readonly lines: Line[] = []
  /** Points older than this are forgotten, ms. */
  keepMs: number
  /** Length of the windows in hand, ms; 0 while they are points. */
  stepMs = 0
  listener: ModelListener | undefined
  readonly #byId = new Map<number, Line | null>()
  readonly #byName = new Map<string, Line | null>()
  #more = 0

  constructor(metric: string, agent: string | undefined, keepMs: number) {
    this.metric = metric
    this.agent = agent
    this.keepMs = keepMs
  }

  /** Series of this metric that are not drawn because there are too many. */
  get moreLines(): number {
    return this.#more
  }

  get hasPoints(): boolean {
    return this.lines.some(({ ring, steps }) => ring.size > 0 || (steps?.rows.length ?? 0) > 0)
  }

  /** Event time of the newest point in hand, ms. */
  get newestMs(): number {
    return Math.max(
      Number.NEGATIVE_INFINITY,
      ...this.lines.map(({ newest }) => newest?.t ?? Number.NEGATIVE_INFINITY),
    )
  }

  /** The slowest pace among the lines, ms: how long silence is normal. */
  get intervalMs(): number {
    return Math.max(0, ...this.lines.map((line) => line.interval.ms))
  }

  append(batch: Batch, fromMs: number): number {
    return this.#take(batch, fromMs, true)
  }

  replace(batch: StoredBatch, fromMs: number, stepMs: number): void {
    if (fromMs === everything) {
      this.stepMs = stepMs
      this.#makeRoom(batch)
    }
    for (const line of this.lines) {
      line.ring.dropFrom(fromMs)
      line.steps = this.#newSteps()
      line.newest = lastOf(line.ring)
      line.interval = new Interval()
      for (let i = 0; i < line.ring.size; i++) line.interval.add(line.ring.time(i))
    }
    if (stepMs === 0) this.#take(batch, fromMs, false)
    else this.#takeSteps(batch)
    this.listener?.reset()
  }

  #takeSteps(batch: StoredBatch): void {
    const { s, t, x, count = [], sum = [], min = [], max = [], last = [] } = batch
    const lines = this.#linesOf(batch)
    for (let i = 0; i < s.length; i++) {
      const line = lines[s[i]]
      if (!line?.steps) continue
      line.steps.merge(t[i], count[i], sum[i], min[i], max[i])
      line.interval.add(t[i])
      line.newest = { t: t[i], x: last[i] ?? x[i] }
    }
  }

  /** Lines that the batch has no points of go, and what found no place on the chart may have one now. */
  #makeRoom({ series, s }: StoredBatch): void {
    const names = new Set([...new Set(s)].map((i) => seriesIdentity(series[i])))
    const kept = this.lines.filter(({ name }) => names.has(seriesIdentity(name)))
    const gone = kept.length < this.lines.length
    this.lines.splice(0, this.lines.length, ...kept)
    this.#more = 0
    this.#byId.clear()
    this.#byName.clear()
    for (const line of kept) this.#byName.set(seriesIdentity(line.name), line)
    if (gone) this.#relabel()
  }

  /** The lines of a batch's series, null where they are not drawn; a series without points gets none. */
  #linesOf({ series, sid, s }: StoredBatch): (Line | null)[] {
    const before = this.lines.length
    const spoken = new Set(s)
    const lines = series.map((name, i) => (spoken.has(i) ? this.#line(name, sid?.[i]) : null))
    if (this.lines.length > before) this.#relabel()
    return lines
  }

  #newSteps(): StepRows | undefined {
    return this.stepMs > 0 ? new StepRows(this.stepMs) : undefined
  }

  #take(batch: Batch, fromMs: number, tell: boolean): number {
    const target = this.#linesOf(batch)
    let taken = 0
    for (let i = 0; i < batch.s.length; i++) {
      const line = target[batch.s[i]]
      const t = batch.t[i]
      if (!line || t < fromMs) continue
      const x = batch.x[i]
      taken++
      if (line.steps) line.steps.merge(t, 1, x, x, x)
      else line.ring.add(t, x)
      // while a line is made of windows, its pace is theirs
      line.interval.add(line.steps ? t - (t % line.steps.stepMs) : t)
      if (!line.newest || t >= line.newest.t) line.newest = { t, x }
      if (tell) this.listener?.point(line, t, x)
    }
    return taken
  }

  /** Forgets what has left the window. */
  prune(nowMs: number): void {
    for (const { ring, steps } of this.lines) {
      ring.dropBefore(nowMs - this.keepMs)
      steps?.dropBefore(nowMs - this.keepMs)
    }
  }

  #line(name: SeriesName, id: number | undefined): Line | null {
    const known = id === undefined ? undefined : this.#byId.get(id)
    if (known !== undefined) return known
    const identity = seriesIdentity(name)
    let line = this.#byName.get(identity)
    if (line === undefined) {
      line = this.#wanted(name) ? this.#newLine(name) : null
      this.#byName.set(identity, line)
    }
    if (id !== undefined) this.#byId.set(id, line)
    return line
  }

  #wanted([metric, agent]: SeriesName): boolean {
    return metric === this.metric && (this.agent === undefined || agent === this.agent)
  }

  #newLine(name: SeriesName): Line | null {
    if (this.lines.length >= maxLines) {
      this.#more++
      return null
    }
    const steps = this.#newSteps()
    const line: Line = {
      name,
      ring: new PointRing(),
      steps,
      newest: undefined,
      interval: new Interval(),
      label: '',
    }
    this.lines.push(line)
    return line
  }

  #relabel(): void {
    const labels = seriesLabels(this.lines.map((line) => line.name))
    for (const [i, line] of this.lines.entries()) line.label = labels[i]
    this.listener?.lines()
  }
}

function lastOf(ring: PointRing): Line['newest'] {
  const i = ring.size - 1
  return i < 0 ? undefined : { t: ring.time(i), x: ring.value(i) }
}
