import { formatAge } from './format.ts'
import type { StreamState } from './sse-stream.ts'

/** What a panel knows of itself when it has to say what it is. */
export interface PanelFacts {
  /** A range of the past is shown, not what is coming in. */
  readonly standing: boolean
  /** What was read last. */
  readonly resolution: string | undefined
  readonly stream: StreamState['kind']
  /** The stream has been open before. */
  readonly wasOpen: boolean
  /** Points held back by Pause; undefined while it runs. */
  readonly pausedBehind: number | undefined
  readonly loading: boolean
  readonly error: string | undefined
  readonly hasPoints: boolean
  /** Since the last point came, ms. */
  readonly silentMs: number
  /** Usual distance of two points, ms; 0 while unknown. */
  readonly intervalMs: number
  /** How far the store is behind the log, ms. */
  readonly behindMs: number
  /** Event to pixel, ms; NaN before the first one. */
  readonly lagMs: number
  /** Draws a second that the panel gets. */
  readonly drawsPerSecond: number
}

export type PanelKind =
  | 'connecting'
  | 'loading'
  | 'empty'
  | 'live'
  | 'history'
  | 'paused'
  | 'behind'
  | 'reconnecting'
  | 'denied'
  | 'crowded'
  | 'stale'
  | 'error'

export interface PanelState {
  readonly kind: PanelKind
  /** What stands on the chip. */
  readonly text: string
}

/** Silence shorter than this is never called stale, ms. */
const staleFloorMs = 10_000
/** A lag of the store below this is not worth a word, ms. */
const behindFloorMs = 1500
/** Below this many draws a second a panel says that it is slowed down. */
const reducedHz = 4.5

/** A panel always says what it is; the first rule that fits decides. */
export function panelState(f: PanelFacts): PanelState {
  if (f.standing) return standingState(f)
  if (f.pausedBehind !== undefined) return { kind: 'paused', text: `PAUSED · ${f.pausedBehind} behind` }
  const apart = apartState(f)
  if (apart) return apart
  if (f.behindMs > behindFloorMs) return { kind: 'behind', text: `BEHIND ${formatAge(f.behindMs)}` }
  if (f.loading && !f.hasPoints) return { kind: 'loading', text: 'LOADING' }
  if (f.error !== undefined) return { kind: 'error', text: 'HISTORY FAILED' }
  if (!f.hasPoints) return { kind: 'empty', text: 'WAITING' }
  if (f.silentMs > Math.max(staleFloorMs, 3 * f.intervalMs)) {
    return { kind: 'stale', text: `STALE ${formatAge(f.silentMs)}` }
  }
  if (f.drawsPerSecond < reducedHz)
    return { kind: 'live', text: `LIVE · reduced ${hertz(f.drawsPerSecond)} Hz` }
  return live(f.lagMs)
}

/** The same for what shows a list: it holds until a change is told, so that silence is no sign of age. */
export function listState(
  f: Pick<PanelFacts, 'stream' | 'wasOpen' | 'loading' | 'error' | 'lagMs'>,
): PanelState {
  const apart = apartState(f)
  if (apart) return apart
  if (f.error !== undefined) return { kind: 'error', text: 'NOT READ' }
  return f.loading ? { kind: 'loading', text: 'LOADING' } : live(f.lagMs)
}

/** What it is without a stream; undefined with one. */
function apartState({ stream, wasOpen }: Pick<PanelFacts, 'stream' | 'wasOpen'>): PanelState | undefined {
  if (stream === 'open') return undefined
  if (stream === 'crowded') return { kind: 'crowded', text: 'NOT LIVE · too many streams' }
  if (stream === 'denied') return { kind: 'denied', text: 'REFUSED' }
  return wasOpen ? { kind: 'reconnecting', text: 'RECONNECTING' } : { kind: 'connecting', text: 'CONNECTING' }
}

function live(lagMs: number): PanelState {
  return { kind: 'live', text: Number.isNaN(lagMs) ? 'LIVE' : `LIVE · ${Math.round(lagMs)} ms` }
}

function standingState({ loading, error, hasPoints, resolution = 'raw' }: PanelFacts): PanelState {
  if (error !== undefined) return { kind: 'error', text: 'HISTORY FAILED' }
  if (loading) return { kind: 'loading', text: 'LOADING' }
  if (!hasPoints) return { kind: 'empty', text: 'NO POINTS' }
  return { kind: 'history', text: `HISTORY · ${resolution}` }
}

function hertz(rate: number): string {
  return rate >= 1 ? String(Math.round(rate)) : rate.toFixed(1)
}
