import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { within } from './deadline.ts'

test('what does not answer in time is a DeadlineError that says so', async () => {
  const never = new Promise(() => undefined)
  await assert.rejects(within(never, 5, 'it did not answer'), {
    code: 'ETIMEDOUT',
    message: 'it did not answer within 5 ms',
  })
})

test('an answer that came in time counts, even when this process was too busy to read it', async (t) => {
  const server = createServer((socket) => socket.write('answer')).listen(0)
  await once(server, 'listening')
  const socket = connect((server.address() as { port: number }).port)
  t.after(() => {
    socket.destroy()
    server.close()
  })
  await once(socket, 'connect')
  const answer = within(once(socket, 'data'), 10, 'it did not answer')
  const end = performance.now() + 60
  while (performance.now() < end);
  assert.equal(String((await answer)[0]), 'answer')
})
