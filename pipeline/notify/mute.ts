import type { WaitingDelivery } from '@streamgauge/adapters/mariadb/deliveries.ts'

/**
 * Why a message is not sent, or undefined. An agent that is offline says nothing true after that moment: neither that
 * its alert fires nor that it is over. Where nobody was told of the beginning, nobody is told of the end; where somebody
 * was, the end of the rule itself is told.
 */
export function muteReason(delivery: WaitingDelivery): string | undefined {
  const { alert, kind, afterStatus, offlineSince } = delivery
  if (alert === null) return undefined
  if (kind === 'resolved' && afterStatus === 'muted')
    return 'That it began was muted, so that it is over is, too.'
  const byRule = kind === 'resolved' && alert.reason.startsWith('rule_')
  if (byRule || offlineSince === null || alert.at <= offlineSince) return undefined
  return `The agent ${alert.series[1]} was offline.`
}
