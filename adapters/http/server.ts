import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import swagger from '@fastify/swagger'
import { Fault } from '@streamgauge/core/fault.ts'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify'
import type { Registry } from 'prom-client'
import type { Authenticator } from '../auth.ts'
import type { Logger } from '../log.ts'
import { addAuthorization } from './authorize.ts'
import { addPreflights, openToPage } from './cors.ts'
import { addHealth, type HealthCheck } from './health.ts'
import { addMetrics } from './metrics.ts'
import { addNotFound } from './not-found.ts'
import { openapi } from './openapi.ts'
import { sendClientError, sendError } from './problems.ts'
import { closeSilentConnections } from './silent.ts'
import { followFiles, readFiles, type TlsFiles } from './tls.ts'
import { compileValidator } from './validate.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** True from the moment the process stops taking new work. */
    readonly draining: boolean
    /** Refuses new requests from now on; `close()` then ends what is left. */
    drain(): void
  }
}

export interface ServerOptions {
  readonly logger: Logger
  readonly auth: Authenticator
  readonly health: readonly HealthCheck[]
  readonly registry: Registry
  readonly metricsToken: string | null
  /** Default none: plain HTTP. */
  readonly tls?: TlsFiles | null
  /** Networks of proxies: of a request from there `ip` is what X-Forwarded-For says. None unless given. */
  readonly trustProxy?: readonly string[]
}

const defaults = {
  /** Bodies of the small routes; the ingest route has its own. */
  bodyBytes: 64 * 1024,
  maxParamLength: 300,
  maxHeaderSize: 16 * 1024,
  /** Against clients that send a byte now and then. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  checkConnectionsEveryMs: 2_000,
  keepAliveTimeoutMs: 65_000,
}

const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/**
 * The HTTP server of one process, with what every role needs: problem documents for every error, authorization,
 * health, metrics, security headers and the collected OpenAPI document. Roles add their routes to it.
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { tls } = options
  const http = {
    maxHeaderSize: defaults.maxHeaderSize,
    headersTimeout: defaults.headersTimeoutMs,
    connectionsCheckingInterval: defaults.checkConnectionsEveryMs,
  }
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: a child for each costs more than the few lines that name their request.
    childLoggerFactory: (logger) => logger,
    genReqId: requestId,
    trustProxy: options.trustProxy?.length ? [...options.trustProxy] : false,
    bodyLimit: defaults.bodyBytes,
    requestTimeout: defaults.requestTimeoutMs,
    keepAliveTimeout: defaults.keepAliveTimeoutMs,
    return503OnClosing: false,
    routerOptions: { maxParamLength: defaults.maxParamLength },
    ...(tls
      ? { https: { ...http, handshakeTimeout: defaults.headersTimeoutMs, ...readFiles(tls) } }
      : { http }),
    clientErrorHandler: sendClientError,
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers)
      sendError(error, request, reply)
    },
  }) as unknown as FastifyInstance

  let draining = false
  app.decorate('draining', { getter: () => draining })
  app.decorate('drain', () => {
    draining = true
  })
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    openToPage(request, reply)
    if (draining && !request.url.startsWith('/health/')) {
      reply.header('connection', 'close')
      throw new Fault('SHUTTING_DOWN', undefined, { retryAfterSeconds: 1 })
    }
  })
  app.setErrorHandler(sendError)
  app.setValidatorCompiler(compileValidator)
  app.removeContentTypeParser('text/plain')
  continueLate(app)
  closeSilentConnections(app)
  if (tls) followFiles(app, tls, options.logger)
  addNotFound(app)
  addPreflights(app)
  await app.register(swagger, openapi)
  addAuthorization(app, options.auth)
  addHealth(app, options.health, () => draining)
  addMetrics(app, options.registry, options.metricsToken)
  return app
}

/** Refuses new requests, answers those under way, and cuts off after `graceMs` whoever still sends or reads. */
export async function closeServer(app: FastifyInstance, graceMs: number): Promise<void> {
  app.drain()
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearTimeout(timer)
  }
}

/** The caller's X-Request-Id when it is harmless, else a new one. */
function requestId(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : randomUUID()
}

/** `Expect: 100-continue` is answered once a body is really going to be read: not before authorization. */
function continueLate(app: FastifyInstance): void {
  app.server.on('checkContinue', (request, response) => app.routing(request, response))
  app.addHook('preParsing', async (request, reply) => {
    if (request.headers.expect !== undefined) reply.raw.writeContinue()
  })
}
