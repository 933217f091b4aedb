import { unitOf } from '../model/format.ts'
import { valueRange } from '../model/value-range.ts'

/** Neighbours further apart than this are not connected, slots: one lost value is no gap. */
const maxDistance = 3
/** Pixels kept free above and below the line, and at its right for the dot on the newest value. */
const room = 3

/** What a trend is drawn with; lengths in CSS pixels, the same for all rows of a table. */
export interface TrendLook {
  readonly width: number
  readonly height: number
  readonly metric: string
  readonly color: string
}

/** Draws the shape of a metric's last minutes over the whole canvas; values oldest first, NaN where there is none. */
export function drawTrend(
  canvas: HTMLCanvasElement,
  values: readonly number[],
  { width, height, metric, color }: TrendLook,
): void {
  const context = canvas.getContext('2d')
  if (!context || width === 0) return
  const ratio = devicePixelRatio
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return
  const { min, max } = valueRange(Math.min(...known), Math.max(...known), unitOf(metric))
  const x = (i: number) => (i / (values.length - 1)) * (width - room)
  const y = (value: number) => room + (1 - (value - min) / (max - min || 1)) * (height - 2 * room)
  context.lineWidth = 1.25
  context.lineJoin = 'round'
  context.lineCap = 'round'
  context.strokeStyle = color
  context.fillStyle = color
  context.beginPath()
  let previous = Number.NEGATIVE_INFINITY
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    if (i - previous > maxDistance) context.moveTo(x(i), y(value))
    context.lineTo(x(i), y(value))
    previous = i
  }
  context.stroke()
  // a line that has ended has no dot at its end
  if (values.length - 1 - previous >= maxDistance) return
  context.beginPath()
  context.arc(x(previous), y(values[previous]), 1.75, 0, 2 * Math.PI)
  context.fill()
}
