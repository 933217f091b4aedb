import type { AlertChannelJson } from '@streamgauge/core/alert-channel.ts'
import type { AlertRuleJson } from '@streamgauge/core/alert-rule.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

/** An item of `GET …/alerts`, and the data of the stream's `alert` events. */
export type AlertTransition = Transition

/** An item of `GET …/alert-rules`. */
export type RuleItem = AlertRuleJson

/** An item of `GET …/channels`. */
export type ChannelItem = AlertChannelJson

/** `POST …/channels` and `…/rotate`: a webhook's secret is told this once. */
export type ChannelMade = ChannelItem & { readonly secret?: string }

/** One try to send a message. */
export interface DeliveryTry {
  /** What the receiver answered; null where it did not. */
  readonly code: number | null
  readonly error: string | null
}

/** An item of `GET …/deliveries`. */
export interface DeliveryItem {
  readonly id: number
  /** Null for a test message. */
  readonly rule_name: string | null
  readonly channel_id: number
  readonly channel_name: string
  readonly kind: 'firing' | 'resolved' | 'no_data' | 'test'
  readonly status: 'pending' | 'delivered' | 'failed' | 'muted'
  /** When it is tried next, epoch ms; null once it is settled. */
  readonly next_at: number | null
  readonly created_at: number
  readonly settled_at: number | null
  /** The first comes first. */
  readonly tries: readonly DeliveryTry[]
}
