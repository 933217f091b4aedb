import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Sends one command to Redis on a connection of its own and returns the reply, without its type mark, as text.
 * For pings and housekeeping: replies of one line only. Rejects on an error reply and after `timeoutMs`.
 */
export async function redisCommand(
  url: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const { hostname, port, password, username, pathname } = new URL(url)
  const commands = [command]
  if (pathname.length > 1) commands.unshift(['SELECT', pathname.slice(1)])
  if (password !== '')
    commands.unshift(['AUTH', ...(username ? [username] : []), decodeURIComponent(password)])
  const socket = connect({
    host: hostname,
    port: Number(port || 6379),
    signal: AbortSignal.timeout(timeoutMs),
  })
  try {
    await once(socket, 'connect')
    socket.write(commands.map(encode).join(''))
    let text = ''
    for await (const chunk of socket) {
      text += chunk
      const replies = text.split('\r\n').slice(0, -1)
      const error = replies.find((reply) => reply.startsWith('-'))
      if (error !== undefined) throw new Error(`Redis: ${error.slice(1)}`)
      const reply = replies[commands.length - 1]
      if (reply !== undefined) return reply.slice(1)
    }
    throw new Error('Redis closed the connection')
  } finally {
    socket.destroy()
  }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}
