import type {
  CustomData,
  CustomSeriesOptions,
  CustomSeriesPricePlotValues,
  CustomSeriesWhitespaceData,
  ICustomSeriesPaneRenderer,
  ICustomSeriesPaneView,
  PaneRendererCustomData,
  PriceToCoordinateConverter,
  Time,
} from 'lightweight-charts'
import { customSeriesDefaultOptions } from 'lightweight-charts'
import type { Columns } from '../model/columns.ts'
import { trace } from '../model/trace.ts'

/** A row of the chart library: one for every slot of the grid. What is drawn in it stands in the columns. */
export interface SlotRow extends CustomData<Time> {
  readonly slot: number
}

/** One line as it is drawn. */
export interface DrawnLine {
  readonly columns: Columns
  readonly color: string
  readonly dash: readonly number[]
  /** Neighbours further apart than this are not connected, slots. */
  readonly maxDistance: number
  readonly dimmed: boolean
}

export interface LinesSource {
  /** The lines in drawing order, the last on top. */
  drawn(): readonly DrawnLine[]
  /** What the axis divides values by. */
  readonly factor: number
  /** Called after the lines have been painted. */
  painted(): void
}

type Target = Parameters<ICustomSeriesPaneRenderer['draw']>[0]

/**
 * All lines of a chart as one series. Its rows are the slots of the grid, so it is the chart's clock as well: the axis
 * moves when no data comes, and an outage keeps its width. Lines have gaps, and a band from the least to the greatest
 * value of each slot.
 */
export class LinesSeries implements ICustomSeriesPaneView<Time, SlotRow, CustomSeriesOptions> {
  readonly #renderer: LinesRenderer

  constructor(source: LinesSource) {
    this.#renderer = new LinesRenderer(source)
  }

  renderer(): ICustomSeriesPaneRenderer {
    return this.#renderer
  }

  update(data: PaneRendererCustomData<Time, SlotRow>): void {
    this.#renderer.data = data
  }

  /** The value range comes from the columns, see `autoscaleInfoProvider`. */
  priceValueBuilder(): CustomSeriesPricePlotValues {
    return [0]
  }

  isWhitespace(_: SlotRow | CustomSeriesWhitespaceData<Time>): _ is CustomSeriesWhitespaceData<Time> {
    return false
  }

  defaultOptions(): CustomSeriesOptions {
    return customSeriesDefaultOptions
  }
}

class LinesRenderer implements ICustomSeriesPaneRenderer {
  data: PaneRendererCustomData<Time, SlotRow> | undefined
  readonly #source: LinesSource

  constructor(source: LinesSource) {
    this.#source = source
  }

  draw(target: Target, toY: PriceToCoordinateConverter): void {
    const { data } = this
    if (!data?.visibleRange) return
    const { from, to } = data.visibleRange
    const first = data.bars[from]
    const last = data.bars[to - 1]
    if (!first || !last) return
    const scale = linear(toY, this.#source.factor)
    if (!scale) return
    target.useBitmapCoordinateSpace(
      ({ context, horizontalPixelRatio: hr, verticalPixelRatio: vr, bitmapSize }) => {
        const place: Place = {
          // one slot more on the left, so that lines enter the pane instead of beginning in it
          from: first.originalData.slot - 1,
          to: last.originalData.slot,
          x: (slot) => (first.x + (slot - first.originalData.slot) * data.barSpacing) * hr,
          y: (value) => (scale.at + scale.per * value) * vr,
          ratio: Math.min(hr, vr),
          height: bitmapSize.height,
        }
        context.save()
        context.lineJoin = 'round'
        context.lineCap = 'round'
        const lines = this.#source.drawn()
        for (const line of lines) drawLine(context, line, place, lines.length === 1)
        context.restore()
      },
    )
    this.#source.painted()
  }
}

interface Place {
  readonly from: number
  readonly to: number
  readonly x: (slot: number) => number
  readonly y: (value: number) => number
  /** Device pixels in a CSS pixel. */
  readonly ratio: number
  readonly height: number
}

/** The axis is linear, so two values place all others: y = at + per · value. */
function linear(toY: PriceToCoordinateConverter, factor: number) {
  const zero = toY(0)
  const one = toY(1)
  return zero === null || one === null ? undefined : { at: zero, per: (one - zero) / factor }
}

function drawLine(context: CanvasRenderingContext2D, line: DrawnLine, place: Place, alone: boolean): void {
  const { columns, color, dash, maxDistance, dimmed } = line
  const { to, x, y, ratio } = place
  // begins with the neighbour outside, so that lines enter the pane instead of beginning in it
  const from = place.from - Math.ceil(maxDistance)
  context.globalAlpha = dimmed ? 0.18 : 1
  drawBand(context, columns, color, place)
  const dots: [number, number][] = []
  const path = new Path2D()
  const area = alone && !dimmed ? new Path2D() : undefined
  let areaX = Number.NaN
  trace(columns, from, to, maxDistance, {
    move(slot, value) {
      if (area && !Number.isNaN(areaX)) closeArea(area, areaX, place.height)
      path.moveTo(x(slot), y(value))
      area?.moveTo(x(slot), place.height)
      area?.lineTo(x(slot), y(value))
      areaX = x(slot)
    },
    line(slot, value) {
      path.lineTo(x(slot), y(value))
      area?.lineTo(x(slot), y(value))
      areaX = x(slot)
    },
    dot(slot, value) {
      dots.push([x(slot), y(value)])
    },
  })
  if (area && !Number.isNaN(areaX)) {
    closeArea(area, areaX, place.height)
    const fade = context.createLinearGradient(0, 0, 0, place.height)
    fade.addColorStop(0, `${color}30`)
    fade.addColorStop(1, `${color}00`)
    context.fillStyle = fade
    context.fill(area)
  }
  context.setLineDash(dash.map((d) => d * ratio))
  context.lineWidth = 1.5 * ratio
  context.strokeStyle = color
  context.stroke(path)
  context.fillStyle = color
  for (const [cx, cy] of dots) disc(context, cx, cy, 2.5 * ratio)
  const head = lastSlot(columns, from, to)
  if (head !== undefined && to - head <= maxDistance) disc(context, x(head), y(columns.mean(head)), 3 * ratio)
}

function closeArea(area: Path2D, x: number, bottom: number): void {
  area.lineTo(x, bottom)
  area.closePath()
}

/** The spread of slots that hold several points. */
function drawBand(context: CanvasRenderingContext2D, columns: Columns, color: string, place: Place): void {
  const { from, to, x, y, ratio } = place
  const band = new Path2D()
  let any = false
  const half = Math.max(ratio, (x(from + 1) - x(from)) / 2)
  for (let slot = from; slot <= to; slot++) {
    if (columns.count(slot) < 2) continue
    const top = y(columns.max(slot))
    const bottom = y(columns.min(slot))
    if (bottom - top < ratio) continue
    band.rect(x(slot) - half, top, 2 * half, bottom - top)
    any = true
  }
  if (!any) return
  context.fillStyle = `${color}38`
  context.fill(band)
}

function lastSlot(columns: Columns, from: number, to: number): number | undefined {
  for (let slot = to; slot >= from; slot--) if (columns.count(slot) > 0) return slot
  return undefined
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}
