import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { seriesIdentity } from '@streamgauge/core/series.ts'
import { Interval } from './gap.ts'
import type { JoinSink } from './join.ts'
import { PointRing } from './ring.ts'
import { seriesLabels } from './series-label.ts'

/** More lines than this can't be told apart on one chart. */
export const maxLines = 12

/** One series of a chart. */
export interface Line {
  readonly name: SeriesName
  readonly ring: PointRing
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
    return this.lines.some((line) => line.ring.size > 0)
  }

  /** Event time of the newest point in hand, ms. */
  get newestMs(): number {
    const newest = this.lines.map(({ ring }) =>
      ring.size > 0 ? ring.time(ring.size - 1) : Number.NEGATIVE_INFINITY,
    )
    return Math.max(Number.NEGATIVE_INFINITY, ...newest)
  }

  /** The slowest pace among the lines, ms: how long silence is normal. */
  get intervalMs(): number {
    return Math.max(0, ...this.lines.map((line) => line.interval.ms))
  }

  append(batch: Batch, fromMs: number): number {
    return this.#take(batch, fromMs, true)
  }

  replace(batch: Batch, fromMs: number): void {
    for (const line of this.lines) {
      line.ring.dropFrom(fromMs)
      line.interval = new Interval()
      for (let i = 0; i < line.ring.size; i++) line.interval.add(line.ring.time(i))
    }
    this.#take(batch, fromMs, false)
    this.listener?.reset()
  }

  #take(batch: Batch, fromMs: number, tell: boolean): number {
    const before = this.lines.length
    const target = batch.series.map((name, i) => this.#line(name, batch.sid?.[i]))
    if (this.lines.length > before) this.#relabel()
    let taken = 0
    for (let i = 0; i < batch.s.length; i++) {
      const line = target[batch.s[i]]
      const t = batch.t[i]
      if (!line || t < fromMs) continue
      taken++
      line.ring.add(t, batch.x[i])
      line.interval.add(t)
      if (tell) this.listener?.point(line, t, batch.x[i])
    }
    return taken
  }

  /** Forgets what has left the window. */
  prune(nowMs: number): void {
    for (const line of this.lines) line.ring.dropBefore(nowMs - this.keepMs)
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
    const line: Line = { name, ring: new PointRing(), interval: new Interval(), label: '' }
    this.lines.push(line)
    return line
  }

  #relabel(): void {
    const labels = seriesLabels(this.lines.map((line) => line.name))
    for (const [i, line] of this.lines.entries()) line.label = labels[i]
    this.listener?.lines()
  }
}
