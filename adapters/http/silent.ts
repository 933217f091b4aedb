import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Closes, when the server closes, the connections that never carried a request. Browsers open them ahead of need; Node
 * takes them for busy and stops timing them out, so each one would hold up the end until its client gives it up.
 */
export function closeSilentConnections(app: FastifyInstance): void {
  const silent = new Map<string, Socket>()
  app.server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    silent.set(name, socket)
    socket.once('close', () => silent.get(name) === socket && silent.delete(name))
  })
  const speaks = ({ socket }: IncomingMessage) => silent.delete(nameOf(socket))
  app.server.on('request', speaks)
  app.server.on('checkContinue', speaks)
  app.addHook('preClose', async () => {
    for (const socket of silent.values()) socket.destroy()
  })
}

/** Over TLS a request comes from another socket than the connection, the one that decrypts: both have one peer. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
