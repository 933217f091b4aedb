import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Tokens of the scope publish are good for this address, and the handler keeps to their metrics. `page`: scripts
     * ask, from pages of other origins. `image`: an `<img>` asks, which has no headers: the token is in `?token=`, and
     * browsers name no origin.
     */
    readonly published?: 'page' | 'image'
  }
}

const preflightSeconds = 7_200

/**
 * Lets the page that asks read the answer, as far as the browser is concerned. Errors are for every page, so that a
 * widget can say what is wrong; `keepToOrigin` takes it back from answers that no token of the scope publish asked for.
 */
export function openToPage(request: FastifyRequest, reply: FastifyReply): void {
  if (request.routeOptions.config?.published === undefined) return
  reply.header('vary', 'Origin')
  // A widget has nothing else to set its clock by, and ages and lags are told on the server's.
  reply.header('x-server-time', Date.now())
  const { origin } = request.headers
  if (origin === undefined) return
  // Never with credentials: a session is for pages of this server.
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-expose-headers', 'retry-after, x-server-time')
}

export function keepToOrigin(reply: FastifyReply): void {
  reply.removeHeader('access-control-allow-origin')
  reply.removeHeader('access-control-expose-headers')
}

/**
 * Answers the question that browsers ask before a request with a token. It carries no token, so it is answered for
 * every origin; the request that follows is held against the origins of its token.
 */
export function addPreflights(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.published !== 'page' || ![method].flat().includes('GET')) return
    app.options(url, { schema: { hide: true } }, async ({ headers: { origin } }, reply) => {
      reply.header('vary', 'Origin')
      if (origin !== undefined) {
        reply.headers({
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'GET',
          'access-control-allow-headers': 'authorization, last-event-id',
          'access-control-max-age': preflightSeconds,
        })
      }
      return reply.code(204).send()
    })
  })
}
