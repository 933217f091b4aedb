import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyInstance } from 'fastify'

/** Tells an address that does not exist (404) from one that does not take the method (405 with Allow). */
export function addNotFound(app: FastifyInstance): void {
  const known: { readonly pattern: RegExp; readonly method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    // A route for everything, such as that of the built UI, says nothing about a single address.
    if (url.includes('*')) return
    for (const name of [method].flat()) known.push({ pattern: patternOf(url), method: name })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]
    const allowed = new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
    if (allowed.size === 0 || allowed.has(request.method)) throw new Fault('NOT_FOUND')
    reply.header('allow', [...allowed].sort().join(', '))
    throw new Fault('METHOD_NOT_ALLOWED')
  })
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}$`)
}
