import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from '../child.ts'

/**
 * The least that a fan-out over HTTP can be: a server of node:http that writes what is posted to every open stream
 * of the same tenant, the same bytes for all.
 */
const streams = new Map<string, Set<ServerResponse>>()

const server = createServer((request, response) => {
  const tenant = (request.url ?? '').slice((request.url ?? '').lastIndexOf('/') + 1)
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: 0:0\n\n')
    const own = streams.get(tenant) ?? new Set()
    streams.set(tenant, own.add(response))
    response.on('close', () => own.delete(response))
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const frame = Buffer.concat([
      Buffer.from('event: points\nid: 0:1\ndata: '),
      ...chunks,
      Buffer.from('\n\n'),
    ])
    for (const one of streams.get(tenant) ?? []) one.write(frame)
    response.writeHead(202).end()
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

answer<object, string>(() => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
