import {
  defaultHorzScaleBehavior,
  type IHorzScaleBehavior,
  type TickMark,
  type TickMarkWeightValue,
  type Time,
} from 'lightweight-charts'
import { formatDay, formatTime } from '../model/format.ts'
import { hasLabel } from '../model/time-marks.ts'

const Base = defaultHorzScaleBehavior()
type Points = Parameters<IHorzScaleBehavior<Time>['fillWeightsForPoints']>[0]

/** The library's own weights of a labelled slot (a minute) and of one without a label. */
const labelled = 20 as TickMarkWeightValue
const bare = 0 as TickMarkWeightValue

/**
 * A time axis with labels at equal, round distances. The library's own fills what is left between round times with
 * whatever fits, which reads 16:15, 16:17, 16:18:11.
 */
export class GridTime extends Base {
  /** Distance of labels, ms. */
  labelEveryMs = 60_000

  /** In the viewer's zone: with seconds where labels are closer than a minute, the day at midnight. */
  override formatTickmark(mark: TickMark): string {
    const at = Number(mark.originalTime) * 1000
    const text = formatTime(at)
    if (text === '00:00:00') return formatDay(at)
    return this.labelEveryMs < 60_000 ? text : text.slice(0, 5)
  }

  override fillWeightsForPoints(points: Points, startIndex: number): void {
    for (let i = startIndex; i < points.length; i++) {
      const at = Number(points[i].originalTime) * 1000
      const zone = new Date(at).getTimezoneOffset()
      points[i].timeWeight = hasLabel(at, this.labelEveryMs, zone) ? labelled : bare
    }
  }
}
