import {
  type IChartApiBase,
  type IPriceLine,
  type IPrimitivePaneRenderer,
  type IPrimitivePaneView,
  type ISeriesApi,
  type ISeriesPrimitive,
  LineStyle,
  type Logical,
  type SeriesAttachedParameter,
  type Time,
} from 'lightweight-charts'
import { type AlertMark, type AlertSpan, clusterMarks } from '../model/alert-marks.ts'
import type { ChartAlerts } from '../model/chart-alerts.ts'
import { slotOf } from '../model/grid.ts'
import type { ChartTheme } from './chart-theme.ts'

/** The grid that times are placed on. */
export interface AlertGround {
  readonly stepMs: number
  readonly firstSlot: number
  readonly visible: { readonly from: number; readonly to: number }
  readonly factor: number
  readonly theme: ChartTheme
}

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]

/** Marks closer than this are drawn as one, CSS pixels. */
const clusterPx = 6
/** Height of the strip on top of a span: its state without colour, CSS pixels. */
const stripPx = 3

/**
 * Alerts on a chart as one primitive: shaded spans below the lines, a line where an alert begins or ceases to fire,
 * thresholds as price lines. Times are placed from one whole slot and the width of a slot.
 */
export class AlertOverlay implements ISeriesPrimitive<Time> {
  readonly #ground: AlertGround
  readonly #series: ISeriesApi<'Custom', Time>
  #alerts: ChartAlerts = { spans: [], marks: [], thresholds: [] }
  #chart: IChartApiBase<Time> | undefined
  #repaint: () => void = () => {}
  #lines: { line: IPriceLine; value: number }[] = []
  #factor = 1
  readonly #views: IPrimitivePaneView[]

  constructor(ground: AlertGround, series: ISeriesApi<'Custom', Time>) {
    this.#ground = ground
    this.#series = series
    this.#views = [
      { zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.#draw(target, drawSpans) }) },
      { zOrder: () => 'normal', renderer: () => ({ draw: (target) => this.#draw(target, drawMarks) }) },
    ]
  }

  attached({ chart, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.#chart = chart
    this.#repaint = requestUpdate
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views
  }

  show(alerts: ChartAlerts): void {
    const same = JSON.stringify(alerts.thresholds) === JSON.stringify(this.#alerts.thresholds)
    this.#alerts = alerts
    if (!same) this.restyle()
    this.#repaint()
  }

  /** Slots of all marks, in the order of time. */
  get slots(): number[] {
    return this.#alerts.marks.map(({ at }) => slotOf(at, this.#ground.stepMs))
  }

  /** The marks drawn at a slot: those of the cluster there. */
  marksAt(slot: number): readonly AlertMark[] {
    const { stepMs } = this.#ground
    const spacing = this.#spacing()
    if (spacing === undefined) return []
    const clusters = clusterMarks(this.#alerts.marks, (at) => slotOf(at, stepMs) * spacing, clusterPx)
    return clusters.find(({ marks }) => marks.some(({ at }) => slotOf(at, stepMs) === slot))?.marks ?? []
  }

  /** The theme or the thresholds have changed. */
  restyle(): void {
    const { theme, factor } = this.#ground
    for (const { line } of this.#lines) this.#series.removePriceLine(line)
    this.#factor = factor
    this.#lines = this.#alerts.thresholds.map(({ value, title }) => ({
      value,
      line: this.#series.createPriceLine({
        ...{ price: value / factor, title, color: theme.firing, axisLabelTextColor: theme.surface },
        ...{ lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: true },
      }),
    }))
  }

  /** What the axis divides values by may have changed. */
  rescale(): void {
    const { factor } = this.#ground
    if (factor === this.#factor) return
    this.#factor = factor
    for (const { line, value } of this.#lines) line.applyOptions({ price: value / factor })
  }

  /** CSS pixels from slot to slot. */
  #spacing(): number | undefined {
    const scale = this.#chart?.timeScale()
    const zero = scale?.logicalToCoordinate(0 as Logical) ?? null
    const ten = scale?.logicalToCoordinate(10 as Logical) ?? null
    return zero === null || ten === null ? undefined : (ten - zero) / 10
  }

  #draw(target: Target, paint: (place: Place, alerts: ChartAlerts) => void): void {
    const { stepMs, firstSlot, visible, theme } = this.#ground
    if (this.#alerts.spans.length === 0 && this.#alerts.marks.length === 0) return
    const anchor = (visible.from - firstSlot) as Logical
    const left = this.#chart?.timeScale().logicalToCoordinate(anchor) ?? null
    const spacing = this.#spacing()
    if (left === null || spacing === undefined) return
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      const x = (at: number) => left + (slotOf(at, stepMs) - visible.from) * spacing
      const end = left + (visible.to - visible.from) * spacing
      paint({ context, x, end, width, height, theme }, this.#alerts)
    })
  }
}

interface Place {
  readonly context: CanvasRenderingContext2D
  /** Place of a time, CSS pixels; not bounded by the pane. */
  readonly x: (at: number) => number
  /** Place of the newest slot. */
  readonly end: number
  readonly width: number
  readonly height: number
  readonly theme: ChartTheme
}

function drawSpans({ context, x, end, height, theme }: Place, { spans }: ChartAlerts): void {
  for (const { state, from, to } of spans) {
    const left = Math.max(0, from === Number.NEGATIVE_INFINITY ? 0 : x(from))
    const right = Math.min(end, to === Number.POSITIVE_INFINITY ? end : x(to))
    if (right <= left) continue
    const color = { PENDING: theme.pending, FIRING: theme.firing, NO_DATA: theme.offline }[state]
    context.fillStyle = `${color}${state === 'FIRING' ? '24' : '1a'}`
    context.fillRect(left, 0, right - left, height)
    drawStrip(context, state, left, right, color)
  }
}

/** Firing is a solid strip, pending a dashed one, no data a dotted one. */
function drawStrip(
  context: CanvasRenderingContext2D,
  state: AlertSpan['state'],
  left: number,
  right: number,
  color: string,
): void {
  context.save()
  context.strokeStyle = color
  context.lineWidth = stripPx
  context.setLineDash({ FIRING: [], PENDING: [6, 3], NO_DATA: [2, 3] }[state])
  context.beginPath()
  context.moveTo(left, stripPx / 2)
  context.lineTo(right, stripPx / 2)
  context.stroke()
  context.restore()
}

/** A red line with a flag where it begins to fire, a muted dashed one where it ceases; the number of those that are one. */
function drawMarks({ context, x, width, height, theme }: Place, { marks }: ChartAlerts): void {
  const near = marks.filter(({ at }) => x(at) >= -clusterPx && x(at) <= width + clusterPx)
  context.save()
  for (const cluster of clusterMarks(near, x, clusterPx)) {
    // on whole pixels a line of one is sharp
    const at = Math.round(cluster.x) + 0.5
    const color = cluster.begins ? theme.firing : theme.text
    context.strokeStyle = color
    context.fillStyle = color
    context.lineWidth = cluster.begins ? 1.5 : 1
    context.globalAlpha = cluster.begins ? 1 : 0.7
    context.setLineDash(cluster.begins ? [] : [3, 3])
    context.beginPath()
    context.moveTo(at, 0)
    context.lineTo(at, height)
    context.stroke()
    context.globalAlpha = 1
    if (cluster.begins) flag(context, at)
    if (cluster.marks.length > 1) {
      context.font = `500 10px ${theme.font}`
      context.textBaseline = 'top'
      context.fillText(`×${cluster.marks.length}`, at + (cluster.begins ? 9 : 4), stripPx + 2)
    }
  }
  context.restore()
}

function flag(context: CanvasRenderingContext2D, x: number): void {
  context.beginPath()
  context.moveTo(x, stripPx)
  context.lineTo(x + 7, stripPx + 4)
  context.lineTo(x, stripPx + 8)
  context.closePath()
  context.fill()
}
