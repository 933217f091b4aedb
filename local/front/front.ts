import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type ErrorCode, problem } from '@streamgauge/core/errors.ts'

/** Ports on 127.0.0.1 of the processes that play the roles. */
export interface Backends {
  /** Of the connectors: what posts points goes there. */
  readonly ingest: readonly number[]
  /** Of the gateways: everything else. */
  readonly rest: readonly number[]
}

const host = '127.0.0.1'
const ingestPath = '/api/v1/metrics'
const connectMs = 1_000
/** Longer than clients keep theirs: a connection that is ended while a request is on its way is a failed request. */
const keepAliveMs = 70_000
/** About one connection only, RFC 9110 § 7.6.1, and what has been answered here already. */
const ownHeaders = ['connection', 'keep-alive', 'upgrade', 'expect']

/**
 * One address for several processes of each role, as a reverse proxy is in production: they take turns, one that does
 * not listen is passed over. What was cut off answers 503 with Retry-After, a GET is asked of the next one.
 */
export function createFront(backends: Backends): Server {
  // Apart: else a dashboard that asks in step with a program that posts would keep its points to one process.
  const turns = { ingest: 0, rest: 0 }

  async function forward(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const isIngest = from.url?.split('?')[0] === ingestPath
    const kind = isIngest ? 'ingest' : 'rest'
    const ports = backends[kind]
    const first = turns[kind]++
    const attempts = from.method === 'GET' ? 2 * ports.length : ports.length
    for (let i = 0; i < attempts && !to.destroyed; i++) {
      const socket = await connected(ports[(first + i) % ports.length])
      if (!socket) continue
      const answer = await ask(socket, from, to)
      if (answer) return pass(answer, to)
      if (from.method !== 'GET') return refuse(to, isIngest ? 'LOG_UNCERTAIN' : 'STORE_UNAVAILABLE')
    }
    refuse(to, 'SHUTTING_DOWN')
  }

  const server = createServer((from, to) => {
    from.on('error', () => undefined)
    to.on('error', () => undefined)
    void forward(from, to)
  })
  server.keepAliveTimeout = keepAliveMs
  return server
}

/** A connection for one request: one that was kept may be ended just when the next request is on its way. */
async function connected(port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port, noDelay: true })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
    return socket
  } catch {
    socket.destroy()
    return undefined
  }
}

/** Undefined when the connection was cut before an answer came. */
async function ask(
  socket: Socket,
  from: IncomingMessage,
  to: ServerResponse,
): Promise<IncomingMessage | undefined> {
  const { method, url: path } = from
  const sent = request({ createConnection: () => socket, method, path, headers: passed(from.headers) })
  to.once('close', () => sent.destroy())
  const answered = once(sent, 'response').then(
    ([response]) => response as IncomingMessage,
    () => undefined,
  )
  from.pipe(sent)
  const answer = await answered
  sent.on('error', () => undefined)
  return answer
}

function pass(answer: IncomingMessage, to: ServerResponse): void {
  to.writeHead(answer.statusCode ?? 500, passed(answer.headers))
  to.flushHeaders()
  answer.on('error', () => to.destroy())
  answer.pipe(to)
}

function refuse(to: ServerResponse, code: ErrorCode): void {
  if (to.destroyed) return
  const document = problem(code)
  to.writeHead(document.status, { 'content-type': 'application/problem+json', 'retry-after': '1' })
  to.end(JSON.stringify(document))
}

function passed<T extends object>(headers: T): T {
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.includes(name))
  return Object.fromEntries(kept) as T
}
