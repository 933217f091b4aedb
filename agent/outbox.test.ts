import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createOutbox } from './outbox.ts'
import { createPost } from './post.ts'

/** A server that answers with these statuses, one after the other, and then 202; it notes what it was sent. */
async function server(statuses: number[]) {
  const seen: { key: unknown; body: string; status: number }[] = []
  const arrived = new EventTarget()
  const http = createServer(async (request, response) => {
    const status = statuses.shift() ?? 202
    seen.push({ key: request.headers['idempotency-key'], body: await text(request), status })
    response.writeHead(status, { 'retry-after': '0' }).end()
    arrived.dispatchEvent(new Event('request'))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    seen,
    url: `http://127.0.0.1:${port}`,
    async requests(count: number) {
      while (seen.length < count) await once(arrived, 'request')
    },
    [Symbol.dispose]() {
      http.closeAllConnections()
      http.close()
    },
  }
}

test('a request answered 503 is sent again under the same key, before those behind it', async () => {
  using away = await server([503])
  const outbox = createOutbox({ post: createPost(away.url, 'sg_x'), capacity: 10, report: () => undefined })
  outbox.put({ body: '[1]', key: 'a' })
  outbox.put({ body: '[2]', key: 'b' })
  await away.requests(3)
  outbox.close()
  assert.deepEqual(away.seen, [
    { key: 'a', body: '[1]', status: 503 },
    { key: 'a', body: '[1]', status: 202 },
    { key: 'b', body: '[2]', status: 202 },
  ])
})

test('a refused request does not hold up those behind it', async () => {
  using picky = await server([422])
  const reports: string[] = []
  const outbox = createOutbox({
    post: createPost(picky.url, 'sg_x'),
    capacity: 10,
    report: (line) => reports.push(line),
  })
  outbox.put({ body: '[1]', key: 'a' })
  outbox.put({ body: '[2]', key: 'b' })
  await picky.requests(2)
  outbox.close()
  assert.deepEqual(
    picky.seen.map(({ key }) => key),
    ['a', 'b'],
  )
  assert.match(reports[0] ?? '', /refused: status 422/)
})

test('a full queue gives up its oldest', () => {
  const never = createOutbox({
    post: () => new Promise(() => undefined),
    capacity: 2,
    report: () => undefined,
  })
  for (const key of ['a', 'b', 'c']) never.put({ body: '[]', key })
  assert.equal(never.size(), 2)
})
