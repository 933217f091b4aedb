import {
  type AutoscaleInfo,
  ColorType,
  CrosshairMode,
  createChartEx,
  type IChartApiBase,
  type ISeriesApi,
  LineStyle,
  type MouseEventParams,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import { formatDateTime, formatTime, formatValue, type Unit, unitOf } from '../model/format.ts'
import { headSlot, leadMs, slotOf, slotSeconds, stepFor } from '../model/grid.ts'
import { GridView } from '../model/grid-view.ts'
import type { Line, MetricModel } from '../model/metric-model.ts'
import type { Drawable } from '../model/scheduler.ts'
import { lengthOf, type Range, ranged, type Span } from '../model/span.ts'
import { labelDistance } from '../model/time-marks.ts'
import { axisFactor, type ValueRange, valueRange } from '../model/value-range.ts'
import { AlertOverlay } from './alert-overlay.ts'
import { type ChartTheme, dashOf } from './chart-theme.ts'
import { GridTime } from './grid-time.ts'
import { type DrawnLine, LinesSeries, type LinesSource, type SlotRow } from './lines-series.ts'

export interface LiveChartOptions {
  readonly model: MetricModel
  readonly span: Span
  /** The server's clock, epoch ms. */
  readonly now: () => number
  readonly theme: ChartTheme
  /** Upper bound of slots: fewer when many charts share the page. */
  readonly maxSlots: number
  /** Lines have been painted on the canvas. */
  readonly onPaint: () => void
  /** The pointer or the keyboard stands on a slot, or has left. */
  readonly onHover: (slot: number | undefined, byPointer: boolean) => void
}

/** More new slots than this at once are set anew rather than appended one by one. */
const appendMax = 40
/** CSS pixels of the value axis, the same everywhere so that charts below each other line up. */
const axisWidth = 64
/** CSS pixels that a time label needs with the room around it. */
const labelPx = 82
const dayMs = 86_400_000
/** CSS pixels kept free to the right of the newest slot, for the dot on it. */
const roomRight = 6

/** One chart of the library around one model: owns its grid, its rows and its axes. Points come through the model. */
export class LiveChart implements Drawable, LinesSource {
  readonly unit: Unit
  /** What the axis divides values by: 2^30 shows bytes as GiB. */
  factor = 1
  hidden: (line: Line) => boolean = () => false
  /** What alerts have to say on this chart. */
  readonly alerts: AlertOverlay
  #grid: GridView
  #head = 0
  #range: ValueRange | undefined
  #rows = 0
  /** Event time of the newest point that may move the axis, ms. */
  #newest = Number.NEGATIVE_INFINITY
  #paused = false
  #width = 0
  #theme: ChartTheme
  readonly #o: LiveChartOptions
  readonly #time = new GridTime()
  readonly #chart: IChartApiBase<Time>
  readonly #series: ISeriesApi<'Custom', Time>

  constructor(container: HTMLElement, options: LiveChartOptions) {
    this.#o = options
    this.#theme = options.theme
    this.unit = unitOf(options.model.metric)
    this.#chart = createChartEx(container, this.#time, {
      width: container.clientWidth,
      height: container.clientHeight,
      ...this.#look(),
      rightPriceScale: {
        borderVisible: false,
        minimumWidth: axisWidth,
        scaleMargins: { top: 0.06, bottom: 0.04 },
      },
      handleScroll: false,
      handleScale: false,
      timeScale: {
        borderVisible: false,
        timeVisible: true,
        secondsVisible: true,
        minBarSpacing: 0.01,
        lockVisibleTimeRangeOnResize: true,
        allowBoldLabels: false,
        uniformDistribution: true,
      },
      localization: {
        priceFormatter: (value: number) => this.#axisLabel(value),
        timeFormatter: (time: Time) => this.#timeLabel(Number(time) * 1000),
      },
    })
    this.#series = this.#chart.addCustomSeries(new LinesSeries(this), {
      lastValueVisible: false,
      priceLineVisible: false,
      autoscaleInfoProvider: () => this.#autoscale(),
    })
    this.alerts = new AlertOverlay(this, this.#series)
    this.#series.attachPrimitive(this.alerts)
    this.#grid = this.#layOut(container.clientWidth)
    this.#chart.subscribeCrosshairMove((event) => this.#hovered(event))
    this.draw()
  }

  get stepMs(): number {
    return this.#grid.stepMs
  }

  /** The newest slot on the axis. */
  get head(): number {
    return this.#head
  }

  /** First and last slot on screen. */
  get visible(): { from: number; to: number } {
    return { from: this.#head - this.#grid.slots + 1, to: this.#head }
  }

  /** The slot of the chart's first row; it has left the window when others have been appended since. */
  get firstSlot(): number {
    return this.#head - this.#rows + 1
  }

  get theme(): ChartTheme {
    return this.#theme
  }

  get paused(): boolean {
    return this.#paused
  }

  /** While paused, the axis and the lines stand; raw points go on gathering in the model. */
  pause(paused: boolean): void {
    if (paused === this.#paused) return
    this.#paused = paused
    if (!paused) this.reset()
  }

  /** A point of the model, to be seen with the next draw. */
  point(line: Line, timeMs: number, value: number): void {
    if (this.#paused) return
    this.#grid.columns(line).add(timeMs, value)
    if (timeMs > this.#newest && timeMs <= this.#o.now() + leadMs) this.#newest = timeMs
  }

  /** The model's points have been replaced. */
  reset(): void {
    if (this.#paused) return
    // other windows than before may not fit the slots
    this.#grid = this.#layOut(this.#width)
    this.#rows = 0
    this.draw()
  }

  resize(width: number, height: number): void {
    if (width <= 0 || height <= 0) return
    this.#chart.resize(width, height)
    if (width === this.#width || this.#paused) return
    this.#grid = this.#layOut(width)
    this.#rows = 0
    this.draw()
  }

  /** Colours have changed. */
  applyTheme(theme: ChartTheme): void {
    this.#theme = theme
    this.#chart.applyOptions(this.#look())
    this.alerts.restyle()
  }

  /** Advances the axis to the server's time and has the chart painted in the next frame. */
  draw(): void {
    if (this.#paused) return
    const { range } = this.#o.span
    const head = range
      ? slotOf(range.to - 1, this.stepMs)
      : headSlot(this.#o.now(), this.#newest, this.stepMs)
    if (
      this.#rows === 0 ||
      head - this.#head > appendMax ||
      this.#rows > this.#grid.slots * 1.5 + appendMax
    ) {
      this.#setRows(Math.max(head, this.#rows === 0 ? head : this.#head))
      return
    }
    if (head <= this.#head) {
      this.#series.update(this.#row(this.#head))
      return
    }
    for (let slot = this.#head + 1; slot <= head; slot++) {
      this.#series.update(this.#row(slot))
      this.#rows++
    }
    this.#head = head
  }

  /** When the axis wants to move next, epoch ms on the server's clock. */
  get nextStepAt(): number {
    return this.#o.span.range ? Number.POSITIVE_INFINITY : (this.#head + 1) * this.stepMs
  }

  /** The time on screen, epoch ms. */
  get shown(): Range {
    const { from, to } = this.visible
    return { from: from * this.stepMs, to: (to + 1) * this.stepMs }
  }

  /** What lies between two places of the pane, CSS pixels from its left. */
  rangeBetween(a: number, b: number): Range {
    const [first, last] = [a, b].map((x) => this.#slotAt(x)).sort((x, y) => x - y)
    return ranged(first * this.stepMs, (last + 1) * this.stepMs)
  }

  #slotAt(x: number): number {
    const { from, to } = this.visible
    const logical = this.#chart.timeScale().coordinateToLogical(x) ?? 0
    const slot = this.firstSlot + Math.round(logical)
    return Math.min(to, Math.max(from, slot))
  }

  /** Puts the crosshair on a slot, for the keyboard and for charts beside the one under the pointer. */
  pointAt(slot: number | undefined): void {
    if (slot === undefined) this.#chart.clearCrosshairPosition()
    else
      this.#chart.setCrosshairPosition(
        Number.NaN,
        slotSeconds(slot, this.stepMs) as UTCTimestamp,
        this.#series,
      )
  }

  columns(line: Line) {
    return this.#grid.columns(line)
  }

  drawn(): readonly DrawnLine[] {
    const { lines } = this.#o.model
    return lines
      .map((line, i) => ({
        columns: this.#grid.columns(line),
        color: this.#theme.series[i % this.#theme.series.length],
        dash: dashOf(i),
        maxDistance: this.#grid.maxDistance(line),
        dimmed: this.hidden(line),
      }))
      .reverse()
  }

  painted(): void {
    this.#o.onPaint()
  }

  dispose(): void {
    this.#chart.remove()
  }

  #layOut(width: number): GridView {
    this.#width = width
    const { model, span, maxSlots } = this.#o
    const pane = Math.max(40, width - axisWidth)
    const length = lengthOf(span)
    const stepMs = stepFor(length, pane, maxSlots, model.stepMs)
    this.#time.labelEveryMs = labelDistance(length, pane, labelPx)
    const slots = span.range
      ? slotOf(span.range.to - 1, stepMs) - slotOf(span.range.from, stepMs) + 1
      : Math.ceil(length / stepMs)
    return new GridView(model, stepMs, slots)
  }

  #setRows(head: number): void {
    const { slots } = this.#grid
    this.#head = head
    this.#rows = slots
    this.#series.setData(Array.from({ length: slots }, (_, i) => this.#row(head - slots + 1 + i)))
    const pane = Math.max(40, this.#width - axisWidth)
    const room = (roomRight * slots) / pane
    this.#chart.timeScale().setVisibleLogicalRange({ from: 0, to: slots - 1 + room })
  }

  #row(slot: number): SlotRow {
    return { time: slotSeconds(slot, this.stepMs) as UTCTimestamp, slot }
  }

  /** The range of what is on screen; with nothing there the last one stays, before the first point there is none. */
  #autoscale(): AutoscaleInfo | null {
    const { from, to } = this.visible
    const { min, max } = this.#grid.extent(from, to, (line) => !this.hidden(line))
    if (min <= max) this.#range = valueRange(min, max, this.unit)
    if (!this.#range) return null
    const { min: low, max: high } = this.#range
    this.factor = axisFactor(Math.max(Math.abs(low), Math.abs(high)), this.unit)
    this.alerts.rescale()
    return { priceRange: { minValue: low / this.factor, maxValue: high / this.factor } }
  }

  /** The unit of percentages stands in the panel's title; before the first point the axis has nothing to say. */
  #axisLabel(value: number): string {
    if (!this.#range) return ''
    // sums of steps miss zero by a hair
    const nothing = Math.abs(value * this.factor) < (this.#range.max - this.#range.min) * 1e-9
    return formatValue(nothing ? 0 : value * this.factor, this.unit === 'percent' ? 'none' : this.unit)
  }

  #timeLabel(epochMs: number): string {
    return lengthOf(this.#o.span) > dayMs ? formatDateTime(epochMs) : formatTime(epochMs, this.stepMs < 1000)
  }

  #hovered(event: MouseEventParams): void {
    const time = event.time === undefined ? undefined : Number(event.time) * 1000
    this.#o.onHover(
      time === undefined ? undefined : slotOf(time, this.stepMs),
      event.sourceEvent !== undefined,
    )
  }

  #look() {
    const { surface, grid, line, text, raised, font } = this.#theme
    const label = { color: line, labelBackgroundColor: raised, style: LineStyle.Solid, width: 1 as const }
    return {
      layout: {
        attributionLogo: false,
        background: { type: ColorType.Solid as const, color: surface },
        textColor: text,
        fontFamily: font,
        fontSize: 10.5,
      },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
      crosshair: {
        mode: CrosshairMode.Normal,
        vertLine: label,
        horzLine: { ...label, labelVisible: false, visible: false },
      },
    }
  }
}
