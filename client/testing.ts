import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { build } from 'vite'
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
  /** What GET finds: by path, a content type and a body. */
  readonly pages: Map<string, readonly [type: string, body: string]>
}

export async function startStage(...plays: Play[]): Promise<Stage> {
  const seen: Seen[] = []
  const pages: Stage['pages'] = new Map()
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const [type, body] = pages.get(request.url ?? '') ?? ['text/plain', '']
      response.writeHead(200, { 'content-type': type }).end(body)
      return
    }
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
    pages,
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

/** The module as it is published, in a folder of its own. */
export interface Built extends Disposable {
  readonly files: readonly string[]
  readonly path: string
  readonly text: string
}

export async function buildModule(): Promise<Built> {
  const outDir = mkdtempSync(join(tmpdir(), 'streamgauge-client-'))
  const configFile = join(import.meta.dirname, 'vite.config.ts')
  await build({ configFile, logLevel: 'silent', build: { outDir } })
  const path = join(outDir, 'streamgauge-client.js')
  return {
    files: readdirSync(outDir),
    path,
    text: readFileSync(path, 'utf8'),
    [Symbol.dispose]: () => rmSync(outDir, { recursive: true }),
  }
}
