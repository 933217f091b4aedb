import { createHmac } from 'node:crypto'

/** What is signed, and what signs it. */
export interface Signed {
  /** The same for every try of a message. */
  readonly id: string
  /** Of this try, s. */
  readonly timestamp: number
  readonly body: string
  /** The newest first; more than one while a secret rotates. */
  readonly secrets: readonly Buffer[]
}

/** The headers of Standard Webhooks 1.0, "Signature scheme": symmetric, v1. */
export function signatureHeaders({ id, timestamp, body, secrets }: Signed): Record<string, string> {
  const signature = (secret: Buffer) =>
    `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map(signature).join(' '),
  }
}
