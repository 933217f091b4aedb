import { createHash } from 'node:crypto'
import { beginError } from '@streamgauge/adapters/http/problems.ts'
import { type ErrorCode, errors } from '@streamgauge/core/errors.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { metricsFor } from '../publish/metrics.ts'
import { published, tenantParams } from '../responses.ts'
import { badgeOf, errorBadge } from './badge.ts'
import type { Readings } from './read.ts'
import { drawBadge } from './svg.ts'

interface Query {
  readonly agent?: string
  readonly label?: string
}

const maxAgeSeconds = 10
const image = { 'image/svg+xml': { schema: { type: 'string' } } }
const problems: readonly ErrorCode[] = [...published, 'QUERY_INVALID', 'STORE_UNAVAILABLE']

/** `GET /badge/{tenant}/{metric}.svg`: the newest value of a metric, for an `<img>` on any page. */
export function addBadge(app: FastifyInstance, readings: Readings): void {
  app.get<{ Params: { tenant: string; metric: string }; Querystring: Query }>('/badge/:tenant/:metric.svg', {
    onRequest: app.requireScope('read'),
    config: { published: 'image' },
    schema: {
      tags: ['embeds'],
      summary: 'The newest value of a metric as an image, red while an alert about it fires',
      description:
        'For an `<img>`, with a token of the scope publish in its address. Errors are images too, with a few words and the status.',
      security: [{ publishToken: [] }],
      params: {
        type: 'object',
        required: ['tenant', 'metric'],
        properties: {
          ...tenantParams.properties,
          metric: { type: 'string', minLength: 1, maxLength: limits.metricNameLength },
        },
      },
      querystring: {
        type: 'object',
        properties: {
          agent: {
            type: 'string',
            minLength: 1,
            maxLength: limits.agentIdLength,
            description: 'Only the series of this agent; else the newest point of all series counts.',
          },
          label: {
            type: 'string',
            minLength: 1,
            maxLength: limits.badgeLabelLength,
            description: 'What stands on its left; the name of the metric when left out.',
          },
        },
      },
      response: { 200: { description: 'The badge.', content: image }, ...problemImages() },
    },
    handler: async (request, reply) => {
      const { id: tenantId, name: tenant } = ensureTenant(request)
      const { metric } = request.params
      const { agent, label = metric } = request.query
      metricsFor(request, [metric])
      const reading = await readings.of({ tenantId, tenant, metric, agent })
      const svg = drawBadge(badgeOf(label, metric, reading, Date.now()))
      const tag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 27)}"`
      openToImages(reply).headers({ 'cache-control': `max-age=${maxAgeSeconds}`, etag: tag })
      const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''))
      return known?.includes(tag) ? reply.code(304).send() : reply.send(svg)
    },
    // A broken picture tells nobody anything.
    errorHandler: (error, request, reply) => {
      const { code } = beginError(error, request, reply)
      openToImages(reply).send(drawBadge(errorBadge(code)))
    },
  })
}

function openToImages(reply: FastifyReply): FastifyReply {
  return reply.header('cross-origin-resource-policy', 'cross-origin').type('image/svg+xml; charset=utf-8')
}

function problemImages(): Record<number, object> {
  const byStatus = Map.groupBy(problems, (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const description = codes.map((code) => `${code}: ${errors[code].title}.`).join(' ')
      return [status, { description, content: image }]
    }),
  )
}
