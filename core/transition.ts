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

/** undefined: it concerns nobody. Whatever has fired is resolved once, also where a changed rule makes it wait again. */
export function newsOf({ from, to }: Pick<Transition, 'from' | 'to'>): AlertNews | undefined {
  if (to === 'FIRING') return 'firing'
  if (to === 'NO_DATA') return 'no_data'
  return from === 'FIRING' || from === 'NO_DATA' ? 'resolved' : undefined
}
