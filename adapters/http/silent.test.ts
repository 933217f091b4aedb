import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { closeSilentConnections } from './silent.ts'

test('a connection that never carried a request does not hold up the end', { timeout: 5_000 }, async () => {
  const app = fastify()
  closeSilentConnections(app)
  app.get('/', async () => 'here')
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const accepted = once(app.server, 'connection')
  const silent = connect(Number(url.port), url.hostname)
  await accepted
  const ended = once(silent, 'close')
  await fetch(url)
  await app.close()
  await ended
  assert.equal(silent.destroyed, true)
})
