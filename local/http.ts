import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface HttpReply {
  readonly status: number
  readonly text: string
}

interface Options {
  readonly timeoutMs: number
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request on a connection of its own. Node's fetch would do, for 11 MB that the launcher would hold for ever. */
export async function httpRequest(url: string, options: Options): Promise<HttpReply> {
  const { timeoutMs, method, headers, body } = options
  const sent = request(url, { method, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, text: await text(response) }
}
