import type { JSHandle } from 'playwright'
import type { Answer } from './api.ts'
import type { Box, Probe, Scale } from './lit-pixels.ts'
import type { Point } from './tenant.ts'
import { until } from './until.ts'

/** A point that takes longer has not come. */
const patienceMs = 20_000

/** How many values have a place of their own in a framed chart, one above the other. */
export const places = 20

/** The 1st, the 2nd, … of 21 steps between the 0 and the 100 that frame the chart. */
export function valueAt(turn: number): number {
  return (turn * 100) / (places + 1)
}

/** Two points that frame a chart: its value axis then holds still from 0 to 100 for as long as they are in sight. */
export function framingPoints(metric_name: string, now: number): (Point & { timestamp: number })[] {
  const then = Math.floor(now / 1000) * 1000 - 100_000
  return [
    { metric_name, value: 0, timestamp: then },
    { metric_name, value: 100, timestamp: then + 1000 },
  ]
}

/**
 * Posts a value that the chart has not shown yet and waits until the place where it belongs is lit. Answers the time
 * between, ms: up to the animation frame that found the pixels there, so it is never too short.
 */
export async function postToPixel(
  probe: JSHandle<Probe>,
  value: number,
  post: () => Promise<Pick<Answer, 'status'>>,
): Promise<number> {
  const box = boxOf(await settledScale(probe), value)
  if ((await probe.evaluate((p, b) => p.lit(b), box)) !== 0)
    throw new Error(`the place of ${value} is lit already`)
  await probe.evaluate((p, b) => p.arm(b.box, b.patienceMs), { box, patienceMs })
  const before = Date.now()
  const { status } = await post()
  if (status !== 202) throw new Error(`the point was answered ${status}`)
  const at = await probe.evaluate((p) => p.whenLit())
  if (at === null)
    throw new Error(`${value} did not appear within ${patienceMs} ms in ${JSON.stringify(box)}`)
  return at - before
}

/** The chart's scale once its framing points are drawn and its layout has come to rest. */
async function settledScale(probe: JSHandle<Probe>): Promise<Scale> {
  let last = ''
  let equal = 0
  return until('the chart shows its two framing points and stands still', 10_000, async () => {
    const scale = await probe.evaluate((p) => p.scale())
    const text = JSON.stringify(scale)
    equal = text === last ? equal + 1 : 0
    last = text
    return scale && equal >= 3 && scale.bottom - scale.top > scale.height / 2 ? scale : undefined
  })
}

/** Where the newest point with this value is drawn: at the right edge, some pixels high. */
function boxOf({ width, height, top, bottom }: Scale, value: number): Box {
  const y = Math.round(bottom - ((bottom - top) * value) / 100)
  const x = Math.round(width * 0.8)
  return { x, y: Math.max(0, Math.min(height - 4, y - 2)), width: width - x, height: 4 }
}
