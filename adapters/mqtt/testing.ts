import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'

/** A connection of a test to a broker; it does not come back by itself. Rejects with the broker's refusal. */
export async function connectTest(
  url: string,
  login: { username?: string; password?: string; clientId?: string },
  more: IClientOptions = {},
): Promise<MqttClient & AsyncDisposable> {
  const { host } = new URL(url)
  const options = {
    protocolVersion: 5 as const,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    ...login,
    ...more,
  }
  const client = await connectAsync(`mqtt://${host}`, options, false)
  client.on('error', () => undefined)
  return Object.assign(client, { [Symbol.asyncDispose]: async () => void client.end(true) })
}
