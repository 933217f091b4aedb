import { connect, type Socket } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n')

/** A kept-alive connection with one request in flight; as cheap as a client can be. */
export interface Connection extends Disposable {
  readonly busy: boolean
  /** Sends a complete request; resolves with the status when the whole answer is there. */
  send(request: Buffer): Promise<number>
}

export async function openConnection(url: string): Promise<Connection> {
  const socket = await dial(url)
  let waiting: PromiseWithResolvers<number> | undefined
  let read: Buffer = Buffer.alloc(0)

  socket.on('data', (chunk: Buffer) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk])
    const end = read.indexOf(endOfHead)
    if (end === -1) return
    const head = read.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (read.length < end + endOfHead.length + length) return
    read = Buffer.alloc(0)
    const done = waiting
    waiting = undefined
    done?.resolve(Number(head.slice(9, 12)))
  })
  const fail = (error?: Error) => waiting?.reject(error ?? new Error(`${url} closed the connection`))
  socket.on('error', fail)
  socket.on('close', () => fail())
  return {
    get busy() {
      return waiting !== undefined
    },
    send(request) {
      if (waiting) throw new Error('one request at a time')
      // Nothing tells of it any more: the answer would be waited for without an end.
      if (!socket.writable) throw new Error(`${url} has closed the connection`)
      waiting = Promise.withResolvers()
      socket.write(request)
      return waiting.promise
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** Connects without Nagle's algorithm. */
export function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

/** The bytes of `POST /api/v1/metrics` with this body. */
export function ingestRequest(token: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body as string)
  const head = `POST /api/v1/metrics HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

/** The bytes that open a stream of a tenant. */
export function streamRequest(token: string, tenant: string, query = ''): string {
  return `GET /api/v1/stream/${tenant}${query} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`
}
