import type { DeliveryItem } from '../api/alert-types.ts'
import { formatAge } from './format.ts'

/** What has become of a message, in words: `delivered, 200`, `503; tried again in 4 min 50 s`. */
export function deliveryText(item: DeliveryItem, now: number): string {
  const { status, next_at, tries } = item
  const last = tries.at(-1)
  const answer = last?.error ?? (last?.code ? `answered ${last.code}` : '')
  if (status === 'delivered') return last?.code ? `delivered, ${last.code}` : 'delivered'
  if (status === 'muted') return 'not sent: its agent was offline'
  if (status === 'failed')
    return `given up${tries.length > 1 ? ` after ${tries.length} tries` : ''}${answer && `: ${answer}`}`
  if (!last) return 'waits to be sent'
  const soon = next_at === null || next_at <= now ? 'now' : `in ${formatAge(next_at - now)}`
  return `${answer || 'no answer'}; tried again ${soon}`
}

/** Nothing happens to it any more. */
export function isSettled({ status }: DeliveryItem): boolean {
  return status !== 'pending'
}
