import type { AlertReason, AlertState } from './alert.ts'
import type { AlertRule } from './alert-rule.ts'
import type { SeriesName } from './batch.ts'

/** A transition as clients see it: items of `…/alerts`, `alert` events of the stream, and what channels are told. */
export interface AlertJson {
  readonly id: number
  readonly rule_id: number
  readonly rule_name: string
  readonly severity: AlertRule['severity']
  readonly series: SeriesName
  readonly from: AlertState
  readonly to: AlertState
  readonly reason: AlertReason
  /** Of the last point; null where its absence decided. */
  readonly value: number | null
  readonly threshold: number
  /** Epoch ms. */
  readonly at: number
  /** Of the last point, `partition:offset`. */
  readonly position: string
}
