import type { Mailer } from '@streamgauge/adapters/mail.ts'
import type { ChannelRow, WaitingDelivery } from '@streamgauge/adapters/mariadb/deliveries.ts'
import type { WebhookAgents } from '@streamgauge/adapters/webhook/agents.ts'
import { sendWebhook } from '@streamgauge/adapters/webhook/send.ts'
import type { Outcome } from '@streamgauge/core/delivery.ts'
import { mailText } from './mail-text.ts'
import { webhookBody } from './message.ts'

/** The ways out of here. */
export interface Ways {
  readonly agents: WebhookAgents
  /** null where there is no mail server. */
  readonly mailer: Mailer | null
  /** Where links in mails lead. */
  readonly dashboard: string
}

/** Tells a channel something, once; it does not throw. */
export function send(
  ways: Ways,
  channel: ChannelRow,
  delivery: WaitingDelivery,
  now: number,
): Promise<Outcome> {
  return channel.type === 'email'
    ? sendMail(ways, channel, delivery)
    : sendHook(ways.agents, channel, delivery, now)
}

async function sendHook(
  agents: WebhookAgents,
  channel: ChannelRow,
  delivery: WaitingDelivery,
  now: number,
): Promise<Outcome> {
  const { url, secret, oldSecret, oldSecretUntil } = channel
  if (url === null || secret === null) return refused('The channel has no address or no secret.')
  const rotating = oldSecret !== null && oldSecretUntil !== null && now < oldSecretUntil
  const secrets = rotating ? [secret, oldSecret] : [secret]
  return sendWebhook(
    agents,
    { url, id: delivery.messageId, body: webhookBody(delivery, channel), secrets },
    now,
  )
}

async function sendMail(
  { mailer, dashboard }: Ways,
  channel: ChannelRow,
  delivery: WaitingDelivery,
): Promise<Outcome> {
  if (mailer === null)
    return { kind: 'unavailable', code: null, error: 'There is no mail server: SMTP_URL is not set.' }
  if (channel.recipients.length === 0) return refused('The channel names no recipient.')
  // Only the end of something belongs to the mail before it: every beginning begins a thread.
  const inReplyTo = delivery.kind === 'resolved' ? delivery.afterMessageId : null
  return mailer.send({
    to: channel.recipients,
    id: delivery.messageId,
    inReplyTo,
    ...mailText(delivery, channel, dashboard),
  })
}

function refused(error: string): Outcome {
  return { kind: 'refused', code: null, error }
}
