import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, test } from 'node:test'
import { createFront } from './front.ts'

const open: Server[] = []

afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections()
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  open.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const backend = (listener: RequestListener) => listen(createServer(listener))
const named = (name: string) => backend((_, response) => response.end(name))

/** Its connection is cut in the middle of the request. */
const cutting = () => backend((request) => request.socket.destroy())

/** A port that nobody listens on. */
async function nobody(): Promise<number> {
  const port = await named('gone')
  await new Promise((resolve) => open.pop()?.close(resolve))
  return port
}

async function front(ingest: readonly number[], rest: readonly number[]): Promise<string> {
  return `http://127.0.0.1:${await listen(createFront({ ingest, rest }))}`
}

const get = async (url: string) => (await fetch(url)).text()

test('points go to the connectors, everything else to the gateways, and each takes its turn', async () => {
  const url = await front([await named('a'), await named('b')], [await named('c'), await named('d')])
  const asked = ['/api/v1/metrics', '/', '/api/v1/metrics?partial=true', '/api/v1/tenants/x/metrics']
  const answers: string[] = []
  for (const path of asked) answers.push(await get(url + path))
  assert.deepEqual(answers, ['a', 'c', 'b', 'd'])
})

test('a process that does not listen is passed over; when none does the answer is 503 with Retry-After', async () => {
  const url = await front([await nobody()], [await nobody(), await named('there')])
  for (let i = 0; i < 4; i++) assert.equal(await get(url), 'there')
  const { status, headers } = await fetch(`${url}/api/v1/metrics`, { method: 'POST', body: '{}' })
  assert.deepEqual([status, headers.get('retry-after')], [503, '1'])
})

test('a cut request is asked of the next process when it changes nothing, and else left to the client', async () => {
  const url = await front([await cutting(), await named('other')], [await cutting(), await named('other')])
  for (let i = 0; i < 4; i++) assert.equal(await get(url), 'other')
  const codes: string[] = []
  for (let i = 0; i < 2; i++) {
    const answer = await fetch(`${url}/api/v1/metrics`, { method: 'POST', body: '{}' })
    codes.push(answer.ok ? 'taken' : `${answer.status} ${((await answer.json()) as { code: string }).code}`)
  }
  assert.deepEqual(codes.toSorted(), ['503 LOG_UNCERTAIN', 'taken'])
})

test('method, path, headers and body arrive as they were sent, and the answer as it was given', async () => {
  const port = await backend((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      response.writeHead(418, { 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes' })
      const { host, authorization } = headers
      response.end(JSON.stringify({ method, url, host, authorization, body: String(Buffer.concat(chunks)) }))
    })
  })
  const url = await front([], [port])
  const answer = await fetch(`${url}/some/path?q=1`, {
    method: 'PUT',
    body: 'text',
    headers: { authorization: 'Bearer x' },
  })
  assert.equal(answer.status, 418)
  assert.deepEqual([answer.headers.getSetCookie(), answer.headers.get('x-own')], [['a=1', 'b=2'], 'yes'])
  assert.deepEqual(await answer.json(), {
    ...{ method: 'PUT', url: '/some/path?q=1', host: new URL(url).host },
    ...{ authorization: 'Bearer x', body: 'text' },
  })
})

test('an event stream passes at once, and its end passes both ways', async () => {
  const left = Promise.withResolvers<void>()
  let end = () => {}
  const port = await backend((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
    response.on('close', left.resolve)
    end = () => response.end()
  })
  const url = await front([], [port])
  const reading = new AbortController()
  const stream = await fetch(url, { signal: reading.signal })
  const { value } = (await stream.body?.getReader().read()) ?? {}
  assert.equal(new TextDecoder().decode(value), 'data: 1\n\n')
  reading.abort()
  await left.promise
  const other = await fetch(url)
  end()
  assert.equal(await other.text(), 'data: 1\n\n')
})
