import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { openMailer } from './mail.ts'

test('a mail that a server goes on taking for ever is given up after a minute, and its connection ended', async (t) => {
  const held = Promise.withResolvers<Socket>()
  const server = createServer((socket) => {
    socket.write('220 slow\r\n')
    socket.on('data', (said) => {
      if (String(said).startsWith('MAIL')) held.resolve(socket)
      else socket.write('250 go on\r\n')
    })
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const mailer = openMailer({ url: `smtp://127.0.0.1:${port}`, from: 'alerts@example.com' })
  const text = { subject: 'slow', text: 'slow', html: 'slow' }
  const sent = mailer.send({ to: ['ann@example.com'], id: '1', inReplyTo: null, ...text })
  const socket = await held.promise
  t.mock.timers.tick(60_000)
  const { kind, error } = await sent
  assert.deepEqual([kind, error], ['unavailable', 'The mail server did not take it within 60 s.'])
  if (!socket.readableEnded) await once(socket, 'end')
  mailer.close()
  socket.destroy()
  server.close()
})
