import { once } from 'node:events'
import { connect } from 'node:net'

const correlation = 1

/** ApiVersions, version 0: the one request every broker answers, and only when it takes requests. */
const request = Buffer.from([
  ...[0, 0, 0, 10], // bytes that follow
  ...[0, 18, 0, 0], // API key, version
  ...[0, 0, 0, correlation],
  ...[0xff, 0xff], // no client id
])

/** Asks a Kafka broker which requests it takes; rejects when it does not answer within `timeoutMs`. */
export async function kafkaPing(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
  try {
    await once(socket, 'connect')
    socket.write(request)
    let answer = Buffer.alloc(0)
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk])
      // size int32, correlation int32, error int16
      if (answer.length < 10) continue
      if (answer.readInt32BE(4) === correlation && answer.readInt16BE(8) === 0) return
      throw new Error('this is not a Kafka broker')
    }
    throw new Error('Kafka closed the connection')
  } finally {
    socket.destroy()
  }
}
