import type { IClientOptions } from 'mqtt'

/**
 * What `mqtt://user:password@host:port` says, as the client takes it. The client id is the username: the broker makes
 * it so anyway, and whoever logs in a second time ends the first connection.
 */
export function brokerAddress(url: string): IClientOptions {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'mqtts:'
  const login = decodeURIComponent(username)
  return {
    protocol: secure ? 'mqtts' : 'mqtt',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 8883 : 1883) : Number(port),
    username: login,
    password: decodeURIComponent(password),
    clientId: login,
    protocolVersion: 5,
  }
}

/**
 * The URL of bridge `n` of several that share the messages: the broker knows a session by its login, so each has one.
 * The first, 0, has that of a bridge alone; the others are named after it, with the same password.
 */
export function bridgeUrl(url: string, n: number): string {
  if (n === 0) return url
  const own = new URL(url)
  own.username = `${own.username}-${n}`
  return own.href
}
