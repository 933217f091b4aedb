import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type {} from '@fastify/static'
import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyInstance } from 'fastify'

/** Pages keep a module so long before they ask whether it is still the same, seconds. */
const maxAgeSeconds = 300
const fileName = /^[\w-]+(\.[\w-]+)*\.js(\.map)?$/

/**
 * `/embed/v1/streamgauge.js` and the modules that it loads: for pages of every origin, also strict ones. Needs what
 * `addUi` registers; `folder` is the same.
 */
export function addEmbed(app: FastifyInstance, folder: string): void {
  app.get<{ Params: { '*': string } }>('/embed/v1/*', { schema: { hide: true } }, async (request, reply) => {
    const names = request.params['*'].split('/')
    reply.header('access-control-allow-origin', '*')
    reply.header('cross-origin-resource-policy', 'cross-origin')
    if (!names.every((name, i) => (i === names.length - 1 ? fileName : /^[\w-]+$/).test(name))) {
      throw new Fault('NOT_FOUND')
    }
    const path = join('embed', 'v1', ...names)
    const found = await stat(join(folder, path)).catch(() => undefined)
    if (!found?.isFile()) throw new Fault('NOT_FOUND', 'Widgets are built with the dashboard: npm run build.')
    reply.header('cache-control', `public, max-age=${maxAgeSeconds}`)
    return reply.sendFile(path)
  })
}
