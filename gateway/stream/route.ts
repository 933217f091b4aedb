import type {} from '@fastify/sse'
import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ensureTenant } from '../ensure.ts'
import { type Audience, audienceOf } from '../live/audience.ts'
import type { Watches } from '../live/watches.ts'
import type { PublishedAgents } from '../publish/agents.ts'
import { metricsFor } from '../publish/metrics.ts'
import { listOf, manyTexts, published, responses, tenantParams } from '../responses.ts'
import type { Login } from '../session/logins.ts'
import type { AlertFeeds } from './alert-feeds.ts'
import { type Filter, makeFilter } from './filter.ts'
import { resyncReasons, retryFrame } from './frame.ts'
import { Reader } from './reader.ts'
import type { ReplayRing } from './ring.ts'
import type { OpenStream, Streams } from './streams.ts'
import type { Tail } from './tail.ts'
import type { Views } from './views.ts'

export interface StreamRouteOptions {
  readonly tail: Tail
  readonly ring: ReplayRing
  readonly views: Views
  readonly streams: Streams
  readonly watches: Watches
  readonly alerts: AlertFeeds
  readonly publishedAgents: PublishedAgents
  readonly partitionFor: (tenant: string) => number
  readonly loginOf: (request: FastifyRequest) => Login
}

interface Query {
  metric?: string | string[]
  agent?: string | string[]
  lastEventId?: string
}

/** How long a request waits for the head to be known, ms: the moment after a start. */
const patienceMs = 5_000
/** A socket that is idle this long is probed, so that one without a peer is found in seconds, ms. */
const probeAfterMs = 5_000
/** Clients told to come back spread over this, ms. */
const returnMs = { from: 250, to: 1_750 }
/** A socket that doesn't take the goodbye is cut, ms. */
const goodbyeMs = 1_000

const description = [
  'Server-sent events. The stream opens with an `id:` block without data that names where it starts.',
  '`points`: one batch; its `id` is the position of its (last) record. A record is never split.',
  '`agent`: an enrolled agent, or one known from its points, is now `{agent_id, status, reason, last_seen, interval_ms}` as',
  'in the list of agents; told on every change of status or reason, without an `id`: read the list after a reconnect.',
  '`?agent=` filters it as well, `?metric=` does not.',
  '`alert`: a change of state as in the list of alerts, for the series that pass both filters; without an `id`: read the',
  'list after a reconnect or a `resync`. The same one may come twice: skip the ids you have.',
  '`resync`: events are missing up to this `id`, fetch history anew; `{reason}` is one of',
  `${Object.entries(resyncReasons)
    .map(([name, text]) => `\`${name}\` (${text})`)
    .join(', ')}.`,
  'With a token of the scope publish: points and alerts of its metrics, and agents that have them, without `interval_ms`.',
  'At least every 15 s an `id:` block without data carries the head.',
  'Resume with `Last-Event-ID` or `?lastEventId=`.',
].join('\n')

/** `GET /api/v1/stream/{tenant}`: points as they are stored. */
export function addStreamRoute(app: FastifyInstance, options: StreamRouteOptions): void {
  const { tail, ring, views, streams, watches, publishedAgents, partitionFor, loginOf } = options

  app.get<{ Querystring: Query }>('/api/v1/stream/:tenant', {
    onRequest: app.requireScope('read'),
    config: { published: 'page' },
    exposeHeadRoute: false,
    // Headers and life cycle are the plugin's; frames are written as bytes that all streams of a tenant share, and
    // heartbeats carry the head.
    sse: { kind: 'manual', heartbeat: false },
    schema: {
      tags: ['stream'],
      summary: 'Live points as server-sent events',
      description,
      params: tenantParams,
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          metric: manyTexts(limits.metricNameLength, 'Only these metrics; may be repeated.'),
          agent: manyTexts(limits.agentIdLength, 'Only these agents; may be repeated.'),
          lastEventId: { type: 'string', maxLength: 64, description: 'Wins over the header Last-Event-ID.' },
        },
      },
      response: responses(
        { 200: { description, content: { 'text/event-stream': { schema: { type: 'string' } } } } },
        ...published,
        'QUERY_INVALID',
        'STREAM_UNAVAILABLE',
      ),
    },
    handler: async (request, reply) => {
      const { id, name: tenant } = ensureTenant(request)
      const metrics = metricsFor(request, listOf(request.query.metric))
      const partition = partitionFor(tenant)
      refuseWhenFull(tenant)
      if (!(await tail.whenReady(partition, patienceMs))) {
        throw unavailable('The gateway does not know yet where the log ends.', 2)
      }
      const watch = await watches.open({ id, name: tenant })
      const filter = makeFilter(metrics, listOf(request.query.agent))
      const audience = await audienceFor(request, { id, name: tenant }, filter)
      refuseWhenFull(tenant)
      const { raw } = reply
      if (raw.destroyed) return
      const sink = { write: (frame: Buffer) => raw.write(frame) }
      const alerts = options.alerts.open(tenant)
      const reader = new Reader({ partition, tenant, filter, ring, views, sink, watch, audience, alerts })
      const stream: OpenStream = {
        tenant,
        partition,
        reader,
        login: loginOf(request),
        end: (how) => {
          streams.remove(stream)
          if (how === 'gone' || reader.blockedAt !== undefined) raw.destroy()
          else sayGoodbye(reply)
        },
      }
      openResponse(reply)
      raw.on('drain', () => reader.drained(Date.now()))
      reply.sse.onClose(() => streams.remove(stream))
      streams.add(stream)
      reader.open(request.query.lastEventId ?? reply.sse.lastEventId ?? undefined, Date.now())
    },
  })

  async function audienceFor(
    { principal }: FastifyRequest,
    tenant: { readonly id: number; readonly name: string },
    filter: Filter | undefined,
  ): Promise<Audience | undefined> {
    const asked = filter && audienceOf(filter.agents)
    if (!principal?.publish) return asked
    const shown = await publishedAgents.of(tenant, principal.publish.metrics)
    if (!asked) return shown
    const key = `${shown.key} ${asked.key}`
    return { has: (agent) => asked.has(agent) && shown.has(agent), key, brief: true }
  }

  function refuseWhenFull(tenant: string): void {
    const full = streams.full(tenant)
    if (full === 'perTenant') throw unavailable('The tenant has as many open streams as it may.', 10)
    if (full === 'perProcess') throw unavailable('The gateway has as many open streams as it may.', 10)
  }
}

function unavailable(detail: string, retryAfterSeconds: number): Fault {
  return new Fault('STREAM_UNAVAILABLE', detail, { retryAfterSeconds })
}

function openResponse(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store, no-transform')
  reply.header('content-type', 'text/event-stream; charset=utf-8')
  // The connection ends with the stream: nothing is to be reused, and a stopping server needn't wait for it.
  reply.header('connection', 'close')
  reply.raw.socket?.setNoDelay(true)
  reply.raw.socket?.setKeepAlive(true, probeAfterMs)
  reply.sse.keepAlive()
  reply.sse.sendHeaders(200)
}

function sayGoodbye({ raw }: FastifyReply): void {
  const spread = returnMs.from + Math.random() * (returnMs.to - returnMs.from)
  const timer = setTimeout(() => raw.destroy(), goodbyeMs)
  raw.end(retryFrame(spread), () => clearTimeout(timer))
}
