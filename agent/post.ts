import { once } from 'node:events'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

const timeoutMs = 10_000

export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** Sends a body; the same `key` again means the same body again, counted once. Rejects when there is no answer. */
export type Post = (body: string, key: string) => Promise<Answer>

/** Posts to one address over one connection kept open. */
export function createPost(url: string, token: string): Post {
  const secure = new URL(url).protocol === 'https:'
  const request = secure ? httpsRequest : httpRequest
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 })
  return async (body, key) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': key,
    }
    const sending = request(url, { method: 'POST', agent, headers, signal: AbortSignal.timeout(timeoutMs) })
    sending.end(body)
    const [response] = (await once(sending, 'response')) as [IncomingMessage]
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'],
      body: await text(response),
    }
  }
}
