import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { SseEvent } from './sse-parse.ts'
import { SseStream, type StreamOptions, type StreamState } from './sse-stream.ts'

/** A real server that answers each connection with the next of `answers`, and what a stream saw of it. */
async function serve(answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answers.shift()?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const events: SseEvent[] = []
  const states: StreamState[] = []
  const waiting: { met: () => boolean; resolve: () => void }[] = []
  const check = () => {
    for (const w of waiting) if (w.met()) w.resolve()
  }
  const open = (more: Partial<StreamOptions> = {}) =>
    new SseStream({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      random: () => 0,
      onEvent: (event) => {
        events.push(event)
        check()
      },
      onState: (state) => {
        states.push(state)
        check()
      },
      ...more,
    })
  const until = (met: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ met, resolve })
      check()
    })
  return {
    requests,
    events,
    states,
    open,
    until,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const stream = (text: string, end = false) => {
  return (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text)
    if (end) response.end()
  }
}

test('after a cut it resumes from the last id, also from that of a block without data', async () => {
  await using s = await serve([
    stream('id: 1:4\n\nevent: points\nid: 1:5\ndata: {}\n\nid: 1:9\n\n', true),
    stream('id: 1:9\n\nevent: points\nid: 1:10\ndata: {}\n\n'),
  ])
  const reader = s.open({ lastEventId: '1:3' })
  await s.until(() => s.events.length === 5)
  reader.close()
  assert.deepEqual(
    s.requests.map((r) => r.headers['last-event-id']),
    ['1:3', '1:9'],
  )
  assert.equal(reader.lastEventId, '1:10')
})

test('a refusal ends it and is reported; it does not try again', async () => {
  await using s = await serve([
    (_, response) =>
      response.writeHead(403, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          code: 'FORBIDDEN',
          title: 'Not here',
          detail: 'Of another tenant.',
          remedy: 'Ask.',
        }),
      ),
  ])
  s.open()
  await s.until(() => s.states.some((state) => state.kind === 'denied'))
  assert.deepEqual(s.states.at(-1), {
    kind: 'denied',
    status: 403,
    reason: 'Not here. Of another tenant. Ask.',
  })
  assert.equal(s.requests.length, 1)
})

test('every attempt says who asks, and the server’s clock is passed on', async () => {
  await using s = await serve([
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-server-time': '1790000000123' })
      response.end('id: 1:1\n\n')
    },
    stream('id: 1:2\n\n'),
  ])
  const reader = s.open({ headers: { authorization: 'Bearer sgp_1' } })
  await s.until(() => s.events.length === 2)
  reader.close()
  assert.deepEqual(
    s.requests.map((r) => r.headers.authorization),
    ['Bearer sgp_1', 'Bearer sgp_1'],
  )
  const open = s.states.filter((state) => state.kind === 'open')
  assert.equal(open.length, 2)
  const { least = 0, most = 0 } = open[0].ahead ?? {}
  const ahead = 1_790_000_000_123 - Date.now()
  assert.ok(least <= most && Math.abs(least - ahead) < 60_000, `${least} … ${most}, about ${ahead}`)
  assert.equal(open[1].ahead, undefined)
})

test('an outage is waited out for as long as Retry-After asks', async () => {
  await using s = await serve([(_, response) => response.writeHead(503, { 'retry-after': '7' }).end()])
  const reader = s.open()
  await s.until(() => s.states.some((state) => state.kind === 'waiting'))
  const reason = 'The server answered 503. It gave no reason.'
  assert.deepEqual(s.states.at(-1), { kind: 'waiting', reason, retryInMs: 7000 })
  reader.close()
})

test('a wait can be cut short', async () => {
  await using s = await serve([
    (_, r) => r.writeHead(503, { 'retry-after': '600' }).end(),
    stream('id: 1:1\n\n'),
  ])
  const reader = s.open()
  await s.until(() => s.states.some((state) => state.kind === 'waiting'))
  reader.retryNow()
  await s.until(() => s.events.length === 1)
  reader.close()
})

test('a peer that has gone silent is given up', async () => {
  // on a busy machine an answer may itself come too late: there are enough for some to be given up
  await using s = await serve(Array.from({ length: 100 }, (_, i) => stream(`id: 1:${i}\n\n`)))
  const reader = s.open({ deadMs: 60 })
  await s.until(() => s.events.length >= 2)
  reader.close()
  assert.ok(s.states.some((state) => state.kind === 'waiting' && /No byte/.test(state.reason)))
})

test('a peer that says anything at all, if only a comment, is not given up', async () => {
  await using s = await serve([
    (request, response) => {
      stream('id: 1:1\n\n')(request, response)
      let comments = 0
      const timer = setInterval(() => {
        if (++comments < 15) response.write(': here\n\n')
        else response.write('id: 1:2\n\n')
      }, 100)
      response.on('close', () => clearInterval(timer))
    },
  ])
  const reader = s.open({ deadMs: 1000 })
  await s.until(() => s.events.length === 2)
  reader.close()
  assert.equal(s.requests.length, 1)
})

test('closing it closes the connection at the server', async () => {
  const gone = Promise.withResolvers<void>()
  await using s = await serve([
    (request, response) => {
      response.on('close', () => gone.resolve())
      stream('id: 1:1\n\n')(request, response)
    },
  ])
  const reader = s.open()
  await s.until(() => s.events.length === 1)
  reader.close()
  await gone.promise
  assert.deepEqual(s.states.at(-1), { kind: 'closed' })
})
