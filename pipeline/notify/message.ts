import type { ChannelRow, WaitingDelivery } from '@streamgauge/adapters/mariadb/deliveries.ts'

/** The body of a webhook (Standard Webhooks 1.0, "Payload structure"): the same text for every try. */
export function webhookBody(delivery: WaitingDelivery, channel: ChannelRow): string {
  const { kind, alert, createdAt } = delivery
  return JSON.stringify({
    type: `alert.${kind}`,
    timestamp: new Date(alert?.at ?? createdAt).toISOString(),
    data: alert ?? { channel_id: channel.id, channel_name: channel.name, tenant: channel.tenant },
  })
}
