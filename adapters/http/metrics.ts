import { createHash, timingSafeEqual } from 'node:crypto'
import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Registry } from 'prom-client'

/** The metrics of one process, with those of Node itself. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** `/metrics` in Prometheus text, behind a Bearer token when one is configured. */
export function addMetrics(app: FastifyInstance, registry: Registry, token: string | null): void {
  const schema = { tags: ['health'], summary: 'Prometheus metrics of this process' }
  app.get('/metrics', { schema }, async (request, reply) => {
    if (token !== null && !sameText(request.headers.authorization ?? '', `Bearer ${token}`)) {
      reply.header('www-authenticate', 'Bearer realm="metrics"')
      throw new Fault('UNAUTHENTICATED', 'Send the METRICS_TOKEN of this server as Bearer token.')
    }
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

/** Compares without telling by its duration where the texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
