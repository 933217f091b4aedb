import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Point } from './types.ts'

/** A request as it came. */
export interface Seen {
  readonly key: string
  readonly points: readonly Point[]
  readonly packed: boolean
  readonly headers: IncomingMessage['headers']
  /** ms of `performance.now()`. */
  readonly at: number
}

/** What to do with a request; `next` answers 202. */
type Play = (response: ServerResponse, seen: Seen) => void

/** A server that answers as it is told, one play a request, and 202 when there is none left. */
export interface Stage extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly Seen[]
  readonly plays: Play[]
}

export async function startStage(...plays: Play[]): Promise<Stage> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const packed = request.headers['content-encoding'] === 'gzip'
    const bytes = packed ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks)
    const one: Seen = {
      key: String(request.headers['idempotency-key']),
      points: JSON.parse(bytes.toString()),
      packed,
      headers: request.headers,
      at: performance.now(),
    }
    seen.push(one)
    const play = plays.shift() ?? take
    play(response, one)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plays,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export const take: Play = (response, { points }) => reply(response, 202, { accepted: points.length })
export const cut: Play = (response) => response.destroy()
export const hang: Play = () => undefined

export function refuse(status: number, body: object, headers: Record<string, string> = {}): Play {
  return (response) => reply(response, status, body, headers)
}

function reply(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
