import { once } from 'node:events'
import { connect } from 'node:net'

/** First byte of the greeting: the version of the protocol. 255 would be an error, such as too many connections. */
const protocol = 10
const headerBytes = 4

/** Waits for MariaDB's greeting, which it sends once it takes connections; rejects after `timeoutMs`. */
export async function mariadbPing(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
  try {
    await once(socket, 'connect')
    let greeting = Buffer.alloc(0)
    for await (const chunk of socket) {
      greeting = Buffer.concat([greeting, chunk])
      if (greeting.length <= headerBytes) continue
      if (greeting[headerBytes] === protocol) return
      throw new Error(`MariaDB greets with ${greeting[headerBytes]}`)
    }
    throw new Error('MariaDB closed the connection')
  } finally {
    socket.destroy()
  }
}
