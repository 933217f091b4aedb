import { Fault } from '@streamgauge/core/fault.ts'

/** What stored history can be read from: the points themselves, or their windows of a minute or five. */
export const resolutions = ['raw', '1m', '5m'] as const
export type Resolution = (typeof resolutions)[number]

/** Length of a window, ms; 0 for single points. */
export const windowMs: Readonly<Record<Resolution, number>> = { raw: 0, '1m': 60_000, '5m': 300_000 }

/** How long each resolution is kept, ms. */
export type Retentions = Readonly<Record<Resolution, number>>

/** `auto` reads single points up to here, and windows of a minute up to `finestWindowsMs`. */
const finestPointsMs = 3_600_000
/** 36 h of minutes are as many windows as a wide screen has pixels. */
const finestWindowsMs = 36 * 3_600_000
/** Retention drops whole partitions and clocks differ: what has just passed its age is still there. */
const slackMs = 60_000

interface Range {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
}

/**
 * The resolution to read a range at. `auto` takes the finest that suits the length and is still kept at `from`; when
 * none is, the coarsest, which has the most. Throws RESOLUTION_UNAVAILABLE when the one asked for is no longer kept.
 */
export function chooseResolution(
  asked: Resolution | 'auto',
  range: Range,
  kept: Retentions,
  now: number,
): Resolution {
  const reaches = (resolution: Resolution) => range.from >= now - kept[resolution] - slackMs
  if (asked === 'auto') {
    const length = range.to - range.from
    const finest = length <= finestPointsMs ? 0 : length <= finestWindowsMs ? 1 : 2
    return resolutions.slice(finest).find(reaches) ?? '5m'
  }
  if (reaches(asked)) return asked
  const since = new Date(now - kept[asked]).toISOString()
  const better = resolutions.find(reaches)
  const detail = `${asked} is kept since ${since}, and from lies before that.`
  throw new Fault('RESOLUTION_UNAVAILABLE', better ? `${detail} ${better} reaches far enough.` : detail)
}
