import { fileURLToPath } from 'node:url'
import { Fault } from '@streamgauge/core/fault.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './caller.ts'
import { findDocs } from './docs.ts'

export interface McpOptions {
  /** What pages of this server begin with. */
  readonly publicUrl: string
  readonly version: string
}

const docsFolder = fileURLToPath(new URL('../../docs', import.meta.url))
/** What the transport reads of a request. */
const passed = ['accept', 'content-type', 'mcp-protocol-version'] as const

/**
 * `POST /mcp`: the Model Context Protocol over streamable HTTP, without sessions and streams: each message is
 * authorized and answered on its own. Other methods are 405, as the protocol has it for servers without streams.
 */
export function addMcp(app: FastifyInstance, { publicUrl, version }: McpOptions): void {
  const docs = findDocs(docsFolder)

  /** A browser names the origin of a page that posts; one under a name that leads here by rebinding names that. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { origin, authorization } = request.headers
    if (origin !== undefined && origin !== new URL(publicUrl).origin) {
      throw new Fault('ORIGIN_FORBIDDEN', 'Pages of other origins may not speak to this address.')
    }
    // By token only: a session is for the dashboard.
    if (authorization === undefined) {
      reply.header('www-authenticate', 'Bearer realm="streamgauge"')
      throw new Fault('UNAUTHENTICATED', 'The request carries no token.')
    }
  }

  app.post('/mcp', {
    onRequest: [admit, app.requireScope('read')],
    bodyLimit: limits.mcpBodyBytes,
    // One message: lists of them, which older versions of the protocol knew, would be many requests in one.
    schema: { hide: true, body: { type: 'object' } },
    handler: async (request, reply) => {
      const { principal, headers, body, id, log } = request
      const { authorization } = headers
      invariant(principal && authorization, 'admit lets nobody in without them')
      // Loaded by the first who asks: it takes 20 MB and half a second.
      const { answerMessage } = await import('./server.ts')
      const caller = callerOf(app, { principal, authorization, id })
      const answer = await answerMessage(asWebRequest(headers), body, { caller, docs, version, id, log })
      for (const [name, value] of answer.headers) reply.header(name, value)
      return reply.code(answer.status).send(answer.body === null ? undefined : await answer.text())
    },
  })
}

function asWebRequest(headers: FastifyRequest['headers']): Request {
  const named = passed.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as [string, string]] : []
  })
  return new Request('http://streamgauge/mcp', { method: 'POST', headers: named })
}
