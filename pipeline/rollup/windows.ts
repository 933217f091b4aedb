import { addBefore, addPoint, type Rollup, rollupOf, windowStart } from '@streamgauge/core/rollup.ts'

/** A window in memory. */
export interface Window extends Rollup {
  readonly series: number
  /** Epoch ms. */
  readonly start: number
  /** It holds only what came since it was opened here: what its row says is still to be put before it. */
  unread: boolean
  /** It differs from its row. */
  dirty: boolean
  /** The last turn in which a point came. */
  turn: number
}

/** Windows of one series. */
interface SeriesWindows {
  readonly series: number
  /** Where most points go. */
  current: Window | undefined
  readonly byStart: Map<number, Window>
}

/**
 * The windows of one length that one partition has touched: a write-back cache of the rows. A turn begins with each
 * write; `trim` forgets what no point came to in the last one.
 */
export class Windows {
  readonly lengthMs: number
  readonly #bySeries = new Map<number, SeriesWindows>()
  #dirty: Window[] = []
  #size = 0
  #turn = 0

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs
  }

  /** Windows and series held. */
  get size(): number {
    return this.#size
  }

  /** What differs from the rows. */
  get dirty(): readonly Window[] {
    return this.#dirty
  }

  /**
   * Adds the points of a batch, which must come in the order of the log; those that lie in windows that end at or
   * before `oldest` are left out. Answers how many those are.
   */
  add(
    sid: readonly number[],
    { s, t, x }: { s: readonly number[]; t: readonly number[]; x: readonly number[] },
    oldest: number,
  ): number {
    const { lengthMs } = this
    const list = sid.map((series) => this.#of(series))
    let expired = 0
    for (let i = 0; i < s.length; i++) {
      const ts = t[i]
      const start = windowStart(ts, lengthMs)
      if (start + lengthMs <= oldest) {
        expired++
        continue
      }
      const of = list[s[i]]
      let window = of.current
      if (window?.start !== start) {
        window = of.byStart.get(start)
        of.current = window
      }
      if (window === undefined) {
        this.#open(of, start, ts, x[i])
        continue
      }
      addPoint(window, ts, x[i])
      if (!window.dirty) this.#soil(window)
    }
    return expired
  }

  /** Puts the rows of unread windows before what came since. Windows without a row are new. */
  read(rows: readonly (Rollup & Pick<Window, 'series' | 'start'>)[]): void {
    for (const row of rows) {
      const window = this.#bySeries.get(row.series)?.byStart.get(row.start)
      if (window?.unread) addBefore(window, row)
    }
    for (const window of this.#dirty) window.unread = false
  }

  /** The rows are as the windows are. */
  written(): void {
    for (const window of this.#dirty) window.dirty = false
    this.#dirty = []
    this.#turn++
  }

  /** Forgets windows that no point came to in the last turn; where that is not enough for `most`, all of them. */
  trim(most: number): void {
    if (this.#dirty.length > 0) return
    for (const [series, of] of this.#bySeries) {
      for (const [start, { turn }] of of.byStart) if (turn < this.#turn - 1) of.byStart.delete(start)
      of.current = undefined
      if (of.byStart.size === 0) this.#bySeries.delete(series)
    }
    this.#size = [...this.#bySeries.values()].reduce((sum, { byStart }) => sum + 1 + byStart.size, 0)
    if (this.#size <= most) return
    this.#bySeries.clear()
    this.#size = 0
  }

  #of(series: number): SeriesWindows {
    let of = this.#bySeries.get(series)
    if (!of) {
      of = { series, current: undefined, byStart: new Map() }
      this.#bySeries.set(series, of)
      this.#size++
    }
    return of
  }

  #open(of: SeriesWindows, start: number, ts: number, value: number): void {
    const state = { unread: true, dirty: false, turn: this.#turn }
    const window: Window = { series: of.series, start, ...rollupOf(ts, value), ...state }
    of.byStart.set(start, window)
    of.current = window
    this.#size++
    this.#soil(window)
  }

  #soil(window: Window): void {
    window.dirty = true
    window.turn = this.#turn
    this.#dirty.push(window)
  }
}
