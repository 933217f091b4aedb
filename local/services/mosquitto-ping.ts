import { once } from 'node:events'
import { connect } from 'node:net'

/** MQTT 3.1.1, clean session, keep-alive 5 s, an empty client id and no login: MQTT 3.1.1, section 3.1. */
const hello = Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 5, 0, 0])
const connack = 0x20

/**
 * Asks a broker for a connection without a login and waits for its answer; rejects when there is none within
 * `timeoutMs`. The answer is a refusal, as it must be; a login of its own would end whoever is connected with it.
 */
export async function mosquittoPing(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
  try {
    await once(socket, 'connect')
    socket.write(hello)
    for await (const chunk of socket) {
      if ((chunk as Buffer)[0] === connack) return
      throw new Error('this is no MQTT broker')
    }
    throw new Error('the broker closed the connection')
  } finally {
    socket.destroy()
  }
}
