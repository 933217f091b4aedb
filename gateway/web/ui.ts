import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { Fault } from '@streamgauge/core/fault.ts'
import type { FastifyInstance } from 'fastify'

const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Everything under these belongs to the API and its neighbours: an address there that isn't known is a 404. */
const reserved = /^\/(agent|api|badge|embed|health|metrics|mcp|\.well-known)(\/|$)/
const yearSeconds = 365 * 24 * 3600

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Streamgauge</title></head>
<body><h1>The dashboard is not built</h1>
<p>Run <code>npm run build</code> in the repository, then load this page again. The API works without it.</p></body></html>
`

/** Serves the built dashboard: files by their names, its one page for every other address. */
export async function addUi(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    // The build leaves `.br` and `.gz` beside the files; without them the files themselves are sent.
    preCompressed: true,
    // The folder is looked into at each request: it may be built while the server runs.
    suppressWarning: true,
  })

  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = readPath(request.url)
    // What answers unknown addresses also knows those that take other methods.
    if (path === undefined || reserved.test(path)) return reply.callNotFound()
    reply.header('content-security-policy', policy)
    if (path !== '/' && (await isFile(join(folder, path)))) {
      // Vite puts a hash of the content into the names under assets.
      const hashed = path.startsWith('/assets/')
      reply.header('cache-control', hashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache')
      return reply.sendFile(path.slice(1))
    }
    // A missing file must not read as the page: a browser would take it for a script.
    if (/\.[a-z0-9]+$/i.test(path)) throw new Fault('NOT_FOUND')
    reply.header('cache-control', 'no-cache')
    if (await isFile(join(folder, 'index.html'))) return reply.sendFile('index.html')
    return reply.code(503).header('retry-after', 10).type('text/html; charset=utf-8').send(notBuilt)
  })
}

/** The decoded path; undefined when it can't be one of a file here. */
function readPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0])
    return path.includes('\0') || path.includes('\\') || path.split('/').includes('..') ? undefined : path
  } catch {
    return undefined
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
