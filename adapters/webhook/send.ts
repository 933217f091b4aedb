import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Outcome, outcomeOfStatus, retryAfterMs } from '@streamgauge/core/delivery.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { WebhookAgents } from './agents.ts'
import { ForbiddenAddress } from './check-url.ts'
import { type Signed, signatureHeaders } from './sign.ts'

export interface WebhookMessage extends Omit<Signed, 'timestamp'> {
  readonly url: string
}

/**
 * Sends one message, once, and tells what came of it; it does not throw. Ends after `limits.webhookTimeoutMs`, whatever
 * the receiver does, and reads no more than `limits.webhookAnswerBytes` of its answer.
 */
export async function sendWebhook(
  agents: WebhookAgents,
  message: WebhookMessage,
  now: number = Date.now(),
): Promise<Outcome> {
  try {
    const { statusCode = 0, headers } = await post(agents, message, now)
    return outcomeOfStatus(statusCode, retryAfterMs(headers['retry-after'], now))
  } catch (error) {
    return failure(error)
  }
}

async function post(agents: WebhookAgents, message: WebhookMessage, now: number): Promise<IncomingMessage> {
  const url = new URL(message.url)
  const [request, agent] =
    url.protocol === 'https:' ? [httpsRequest, agents['https:']] : [httpRequest, agents['http:']]
  const timestamp = Math.floor(now / 1000)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sending = request(url, {
    agent,
    method: 'POST',
    signal: AbortSignal.timeout(limits.webhookTimeoutMs),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(message.body),
      'user-agent': 'Streamgauge',
      ...signatureHeaders({ ...message, timestamp }),
    },
  })
  sending.on('error', reject).on('response', (response) => {
    // The status decides. What follows is read for good manners, so that the receiver meets no reset.
    let bytes = 0
    response
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > limits.webhookAnswerBytes) response.destroy()
      })
    resolve(response)
  })
  sending.end(message.body)
  return promise
}

function failure(error: unknown): Outcome {
  if (error instanceof ForbiddenAddress) return { kind: 'refused', code: null, error: error.message }
  const { name, message, code } = error as NodeJS.ErrnoException
  const timedOut = name === 'TimeoutError' || code === 'ABORT_ERR'
  const said = timedOut ? `No answer within ${limits.webhookTimeoutMs / 1000} s.` : message || code || name
  return { kind: 'unavailable', code: null, error: said }
}
