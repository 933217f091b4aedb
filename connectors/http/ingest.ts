import type { IncomingMessage } from 'node:http'
import { toFault } from '@streamgauge/adapters/http/problems.ts'
import { responses } from '@streamgauge/adapters/http/responses.ts'
import { compileValidator } from '@streamgauge/adapters/http/validate.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import type { Registry } from '@streamgauge/adapters/metrics.ts'
import type { RedisStore } from '@streamgauge/adapters/redis/client.ts'
import { createQuota } from '@streamgauge/adapters/redis/quota.ts'
import type { ErrorCode, ItemError } from '@streamgauge/core/errors.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { ingestAnswer, ingestBody, ingestQuery } from '@streamgauge/core/schemas/ingest.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createSeriesCaches } from '../series-caches.ts'
import { createSeriesLimit } from '../series-limit.ts'
import { type Acceptor, accept } from './accept.ts'
import { createAdmission, type Place } from './admission.ts'
import { gunzipBody, readBody } from './body.ts'
import { createIngestMetrics } from './metrics.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the body of an ingest request is counted. */
    place: Place | null
  }
}

export interface IngestOptions {
  readonly log: Log
  /** A pool of its own with short time-outs; only asked about series that were never seen. */
  readonly database: Database
  readonly redis: RedisStore
  readonly registry: Registry
  readonly limits: {
    readonly admissionBytes: number
    readonly quotaPointsPerSecond: number
    readonly seriesPerTenant: number
    readonly pastMs?: number
  }
}

const refusals: readonly ErrorCode[] = [
  ...(['JSON_INVALID', 'JSON_DUPLICATE_KEY', 'JSON_TOO_DEEP', 'GZIP_INVALID', 'UNAUTHENTICATED'] as const),
  ...(['FORBIDDEN', 'BODY_TOO_LARGE', 'CONTENT_TYPE_UNSUPPORTED', 'CONTENT_ENCODING_UNSUPPORTED'] as const),
  ...(['VALIDATION_FAILED', 'TOO_MANY_POINTS', 'SERIES_LIMIT', 'IDEMPOTENCY_KEY_INVALID'] as const),
  ...(['QUERY_INVALID', 'QUOTA_EXCEEDED', 'OVERLOADED', 'LOG_UNAVAILABLE', 'LOG_UNCERTAIN'] as const),
  'AUTH_UNAVAILABLE',
]
const idempotencyKey = new RegExp(`^[\\x20-\\x7e]{1,${limits.idempotencyKeyLength}}$`)

/** Adds `POST /api/v1/metrics`. */
export async function registerIngest(app: FastifyInstance, options: IngestOptions): Promise<void> {
  const admission = createAdmission(options.limits.admissionBytes)
  const metrics = createIngestMetrics(options.registry, admission)
  const seriesLimit = createSeriesLimit(options.database)
  const acceptor: Acceptor = {
    log: options.log,
    quota: createQuota(options.redis),
    seriesLimit,
    caches: createSeriesCaches(),
    defaults: options.limits,
  }

  function countFaults(errors: readonly ItemError[] = []): void {
    for (const { code } of errors) metrics.faulty.inc({ code })
  }

  await app.register(async (scope) => {
    scope.addHook('onClose', async () => seriesLimit.close())
    scope.decorateRequest('place', null)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', (request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, declaredLength(request), request.place as Place),
    )
    scope.addHook('onError', async (_request, _reply, error) => {
      const { code, extensions } = toFault(error)
      metrics.refused.inc({ code })
      countFaults(extensions.errors as readonly ItemError[] | undefined)
    })
    scope.addHook('onResponse', async (_request, reply) => {
      metrics.seconds.observe({ status: reply.statusCode }, reply.elapsedTime / 1000)
    })

    /** Everything that can be refused before the body is read. */
    async function admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      if (!request.tenant) {
        throw new Fault('FORBIDDEN', 'An operator token belongs to no tenant; use an ingest token.')
      }
      const { 'content-encoding': encoding, 'content-type': type } = request.headers
      if (encoding !== undefined && !/^(gzip|x-gzip|identity)$/i.test(encoding)) {
        throw new Fault('CONTENT_ENCODING_UNSUPPORTED')
      }
      if (type !== undefined && /charset=(?!"?utf-8"?)/i.test(type)) {
        throw new Fault('CONTENT_TYPE_UNSUPPORTED', 'JSON is UTF-8; leave the charset out.')
      }
      const bytes = declaredLength(request) ?? 0
      if (bytes > limits.bodyBytes) {
        throw new Fault(
          'BODY_TOO_LARGE',
          `At most ${limits.bodyBytes} bytes fit; send fewer points a request.`,
        )
      }
      const place = admission.enter()
      if (!place.hold(bytes)) throw new Fault('OVERLOADED', undefined, { retryAfterSeconds: 1 })
      reply.raw.once('close', place.leave)
      request.place = place
    }

    scope.post<{ Querystring: { partial: boolean } }>(
      '/api/v1/metrics',
      {
        onRequest: [app.requireScope('ingest'), admit],
        schema: {
          tags: ['ingest'],
          summary: 'Send one point or many',
          querystring: ingestQuery,
          body: ingestBody,
          response: responses({ 202: ingestAnswer }, ...refusals),
        },
        // Ten times faster than a general validator, and it names every faulty point: core/point.ts.
        validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : compileValidator(route)),
      },
      async (request, reply) => {
        const { tenant, place } = request
        invariant(tenant && place, 'admit lets nobody in without them')
        const key = request.headers['idempotency-key']
        if (key !== undefined && !(typeof key === 'string' && idempotencyKey.test(key))) {
          throw new Fault('IDEMPOTENCY_KEY_INVALID')
        }
        const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const isPacked = /gzip$/i.test(request.headers['content-encoding'] ?? '')
        const body = isPacked ? await gunzipBody(sent, place) : sent
        const { partial } = request.query
        const receipt = await accept(acceptor, {
          tenant,
          body,
          idempotencyKey: key,
          partial,
          received: Date.now(),
        })
        metrics.accepted.inc(receipt.accepted)
        countFaults(receipt.errors)
        reply.code(202)
        return partial ? receipt : { accepted: receipt.accepted }
      },
    )
  })
}

function declaredLength(request: FastifyRequest): number | undefined {
  const length = request.headers['content-length']
  return length === undefined ? undefined : Number(length)
}
