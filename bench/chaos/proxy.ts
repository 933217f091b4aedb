import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut. */
export interface Way extends AsyncDisposable {
  readonly port: number
  /** Cuts every connection in whatever it is saying; answers how many. New ones go through. */
  cut(): number
}

/** Listens on a free port of 127.0.0.1 and hands on to `host:port`. */
export async function startProxy(to: { host: string; port: number }): Promise<Way> {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ ...to, noDelay: true })
    for (const [from, onto] of [
      [client, target],
      [target, client],
    ]) {
      open.add(from)
      from.on('error', () => undefined)
      from.once('close', () => {
        open.delete(from)
        onto.destroy()
      })
      from.pipe(onto)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  function cut(): number {
    const count = open.size / 2
    for (const socket of open) socket.resetAndDestroy()
    return count
  }
  return {
    port: address.port,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
