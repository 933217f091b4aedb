import { once } from 'node:events'
import { connect } from 'node:net'

/** Waits for the greeting of a mail server (RFC 5321, 3.1); rejects when there is none within `timeoutMs`. */
export async function smtpPing(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) })
  try {
    const [greeting] = await once(socket, 'data')
    if (!String(greeting).startsWith('220 ')) throw new Error(`the mail server says ${greeting}`)
    socket.end('QUIT\r\n')
  } finally {
    socket.destroy()
  }
}
