import { UnavailableError } from '@streamgauge/adapters/breaker.ts'
import { isStatementTimeout } from '@streamgauge/adapters/mariadb/faults.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { metricsFor } from '../publish/metrics.ts'
import { published, responses, tenantParams } from '../responses.ts'
import type { Store } from '../store.ts'
import { type MetricsQuery, metricsQuerySchema, readAsk } from './ask.ts'
import { readHistory } from './history.ts'
import { chooseResolution, type Retentions, resolutions } from './resolution.ts'
import { Turns } from './turns.ts'

export interface QueryRoutesOptions {
  readonly database: Database
  readonly store: Store
  readonly partitionFor: (tenant: string) => number
  /** How long each resolution is kept, ms. */
  readonly kept: Retentions
}

const column = (description: string, type = 'number') => ({ type: 'array', items: { type }, description })
const batchSchema = {
  type: 'object',
  description: 'Points in columns: s is an index into series, t epoch ms, x the value.',
  properties: {
    v: { const: 1 },
    tenant: { type: 'string' },
    received: { type: 'integer' },
    series: { type: 'array', description: '[metric_name, agent_id or null, tags]', items: { type: 'array' } },
    sid: { type: 'array', description: 'Series ids, parallel to series.', items: { type: 'integer' } },
    s: { type: 'array', items: { type: 'integer' } },
    t: { type: 'array', items: { type: 'integer' } },
    x: {
      type: 'array',
      items: { type: 'number' },
      description: 'The value; of a step its mean or aggregate.',
    },
    count: column('Points of a step; of an aggregate the number of series.', 'integer'),
    sum: column('Sum of a step; not of an aggregate.'),
    min: column('Least point of a step.'),
    max: column('Greatest point of a step.'),
    first: column('First point of a step; not of an aggregate.'),
    last: column('Last point of a step; not of an aggregate.'),
  },
}
const answer = {
  type: 'object',
  properties: {
    resolution: { enum: resolutions, description: 'What was read: points, or windows of a minute or five.' },
    step_ms: {
      type: ['integer', 'null'],
      description:
        'Length of a step; null when every point is there as it came. A step without points is absent.',
    },
    thinned: {
      type: 'boolean',
      description: 'There are more than max_points: steps are longer than windows.',
    },
    as_of: {
      type: 'string',
      description: 'Stream position: every record up to here is in the batch, and none above it.',
    },
    series_total: {
      type: 'integer',
      description: 'Series that match: more than are in the batch where max_series has cut them.',
    },
    batch: batchSchema,
  },
}
/** After the server's own limit: for a server that doesn't answer at all. */
const deadlineMs = limits.queryMs + 2_000

/** `GET …/metrics`: stored points, complete up to a named stream position. */
export function addQueryRoutes(app: FastifyInstance, options: QueryRoutesOptions): void {
  const { database, store, partitionFor, kept } = options
  const turns = new Turns()
  app.get<{ Querystring: MetricsQuery }>('/api/v1/tenants/:tenant/metrics', {
    onRequest: app.requireScope('read'),
    config: { published: 'page' },
    schema: {
      tags: ['metrics'],
      summary: 'Stored points of some metrics',
      params: tenantParams,
      querystring: metricsQuerySchema,
      response: responses(
        { 200: answer },
        ...published,
        'QUERY_INVALID',
        'QUERY_TOO_LARGE',
        'RESOLUTION_UNAVAILABLE',
        'STORE_UNAVAILABLE',
      ),
    },
    // The schema describes the answer; plain JSON writes columns of numbers faster than code made from a schema.
    serializerCompiler: () => JSON.stringify,
    handler: async (request, reply) => {
      const { id, name } = ensureTenant(request)
      const now = Date.now()
      const asked = readAsk(request.query, now)
      metricsFor(request, asked.metrics)
      const ask = { ...asked, resolution: chooseResolution(asked.resolution, asked, kept, now) }
      if (store.away) throw new UnavailableError('MariaDB is away')
      const gone = new AbortController()
      const leave = () => gone.abort(new Fault('BAD_REQUEST', 'The caller has left.'))
      reply.raw.once('close', leave)
      try {
        return await turns.take(() => {
          // Counted from its turn: what others took is not its own.
          const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(deadlineMs)])
          return readHistory(database, { id, name, partition: partitionFor(name) }, ask, signal)
        })
      } catch (error) {
        if (isStatementTimeout(error)) throw new Fault('QUERY_TOO_LARGE')
        if (error instanceof Error && error.name === 'TimeoutError')
          throw new Fault('STORE_UNAVAILABLE', 'MariaDB did not answer in time.')
        throw error
      } finally {
        reply.raw.off('close', leave)
      }
    },
  })
}
