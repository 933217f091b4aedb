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
