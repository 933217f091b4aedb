import { once } from 'node:events'
import { connect } from 'node:net'

const correlation = 1

const group = Buffer.from('streamgauge')

/**
 * FindCoordinator, version 0: answered without an error only when consumer groups work too. The first one ever makes
 * Kafka create the topic they need.
 */
const request = Buffer.concat([
  Buffer.from([0, 0, 0, 12 + group.length]), // bytes that follow
  Buffer.from([0, 10, 0, 0]), // API key, version
  Buffer.from([0, 0, 0, correlation]),
  Buffer.from([0xff, 0xff]), // no client id
  Buffer.from([0, group.length]),
  group,
])

/** Asks a Kafka broker for the coordinator of a group; rejects when it can't tell within `timeoutMs`. */
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
      const error = answer.readInt16BE(8)
      if (answer.readInt32BE(4) === correlation && error === 0) return
      throw new Error(`Kafka answers with error ${error}`)
    }
    throw new Error('Kafka closed the connection')
  } finally {
    socket.destroy()
  }
}
