import type { AlertReason, AlertState } from './alert.ts'
import type { SeriesName } from './batch.ts'

/** A change of state as everybody is told of it: list answers, `alerts.transitions`, SSE `alert`, webhooks. */
export interface Transition {
  /** Rises within a tenant. Who reads `alerts.transitions` skips the ids it has. */
  readonly id: number
  readonly rule_id: number
  readonly rule_name: string
  readonly severity: string
  readonly series: SeriesName
  readonly from: AlertState
  readonly to: AlertState
  readonly reason: AlertReason
  /** Of the last point; null where it is its absence that decided. */
  readonly value: number | null
  readonly threshold: number
  /** Time of the deciding point, or the deadline that decided; epoch ms. */
  readonly at: number
  /** `partition:offset` of the ingest record with the last point. */
  readonly position: string
}

/** What those who wait for news of a rule are told at a change of state. */
export type AlertNews = 'firing' | 'resolved' | 'no_data'

type Change = Pick<Transition, 'from' | 'to'>

/**
 * undefined: it concerns nobody. Whatever has begun is resolved once, also where a changed rule makes it wait again.
 * `open`: it went on until now, which of a PENDING one only the transition before tells.
 */
export function newsOf(change: Change, open: boolean): AlertNews | undefined {
  if (change.to === 'FIRING') return 'firing'
  if (change.to === 'NO_DATA') return 'no_data'
  const begun = open || change.from === 'FIRING' || change.from === 'NO_DATA'
  return begun && !goesOn(change) ? 'resolved' : undefined
}

/** What was told of has not come to an end: a series that breaches again after its silence is not well. */
export function goesOn({ from, to }: Change): boolean {
  return to === 'FIRING' || to === 'NO_DATA' || (from === 'NO_DATA' && to === 'PENDING')
}
