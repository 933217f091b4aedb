import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the range that systems give to outgoing connections: a client retrying a port there can meet itself. */
const range = { from: 20_000, to: 30_000 }

/** What this process has given out: a port whose server is being restarted looks free, and is not. */
const given = new Set<number>()

/** A port on 127.0.0.1 that nobody listens on: `remembered` when it is still free, else a new one. */
export async function freePort(remembered?: number): Promise<number> {
  if (remembered !== undefined && (await isFree(remembered))) {
    given.add(remembered)
    return remembered
  }
  for (;;) {
    const port = randomInt(range.from, range.to)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

/** True when this process could listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return resolve(false)
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
