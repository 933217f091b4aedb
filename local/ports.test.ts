import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { freePort, isFree } from './ports.ts'

async function busyPort() {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { port, [Symbol.dispose]: () => void server.close() }
}

test('a remembered port is kept while it is free, and replaced once it is taken', async () => {
  using busy = await busyPort()
  assert.notEqual(await freePort(busy.port), busy.port)
  const free = await freePort()
  assert.equal(await freePort(free), free)
})

test('a port is given out once, though its server may be between two starts', async () => {
  const ports = await Promise.all(Array.from({ length: 500 }, () => freePort()))
  assert.equal(new Set(ports).size, ports.length)
})

test('what is no port is not free', async () => {
  assert.deepEqual(
    await Promise.all([0, -1, 65_536, Number.NaN].map((port) => isFree(port))),
    Array(4).fill(false),
  )
})
