import { connect, isIP, type Socket } from 'node:net'
import { MqttClient } from 'mqtt'

export interface LinkOptions {
  /** Of the broker, without a login: `mqtt://` or `mqtts://`. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** What the broker publishes for us, retained, when the connection is lost. */
  readonly will?: { readonly topic: string; readonly payload: string }
}

/** One connection to the broker, from its acceptance to its end; it never connects again by itself. */
export interface Link {
  /** The largest packet the broker takes, bytes. */
  readonly maximumPacketSize: number
  /** How many publishes may wait for their answer. */
  readonly receiveMaximum: number
  /** Publishes with QoS 1 and resolves to the reason code of the PUBACK; rejects when the connection ends first. */
  publish(topic: string, payload: string | Buffer, options?: { retain: boolean }): Promise<number>
  /** Resolves to why it ended. */
  readonly closed: Promise<LinkError>
  /** Says goodbye, so that the broker publishes no will. */
  close(): Promise<void>
}

/** A connection that was refused or ended; `code` is MQTT's reason code, or the system's, such as ECONNREFUSED. */
export class LinkError extends Error {
  readonly code: number | string | undefined

  constructor(message: string, code?: number | string) {
    super(message)
    this.code = code
  }
}

const defaults = {
  /** The broker speaks of a lost agent after one and a half of it, s. */
  keepaliveSeconds: 8,
  connectTimeoutMs: 10_000,
  /** A broker that answers no publish for so long is gone, whatever TCP says. */
  answerMs: 10_000,
  closeMs: 1_000,
  ports: { plain: 1883, secure: 8883 },
  /** When the broker names none (MQTT 5, 3.2.2.3.3 and 3.2.2.3.6). */
  receiveMaximum: 65_535,
  maximumPacketSize: 268_435_455,
}

/** Connects; rejects with a LinkError. */
export async function openLink({ url, username, password, will }: LinkOptions): Promise<Link> {
  const client = new MqttClient(await streamTo(new URL(url)), {
    protocolVersion: 5,
    clientId: username,
    username,
    password,
    // Sessions hold nothing for us: what was not answered is sent again from the spool.
    clean: true,
    reconnectPeriod: 0,
    keepalive: defaults.keepaliveSeconds,
    // Publishing must not put off the ping that finds out whether the broker is still there.
    reschedulePings: false,
    connectTimeout: defaults.connectTimeoutMs,
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  })
  return new Promise((resolve, reject) => {
    let why = new LinkError('the broker closed the connection')
    client.on('error', (error) => {
      why = new LinkError(error.message || String(error), (error as { code?: number | string }).code)
    })
    client.on('disconnect', ({ reasonCode }) => {
      why = new LinkError('the broker ended the connection', reasonCode)
    })
    const closed = new Promise<LinkError>((end) => {
      client.once('close', () => {
        end(why)
        reject(why)
        client.end(true)
      })
    })
    client.once('connect', () => resolve(toLink(client, closed)))
  })
}

/** Only what is used is loaded: TLS takes 5 MB. */
async function streamTo({ protocol, hostname, port }: URL): Promise<() => Socket> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'mqtts:'
  const { plain, secure: encrypted } = defaults.ports
  const address = { host, port: port === '' ? (secure ? encrypted : plain) : Number(port) }
  if (!secure) return () => connect(address)
  const tls = await import('node:tls')
  return () => tls.connect({ ...address, ...(isIP(host) === 0 && { servername: host }) })
}

/** A publish without an answer. */
interface Waiting {
  readonly since: number
  settle(reason: number): void
  reject(why: LinkError): void
}

function toLink(client: MqttClient, closed: Promise<LinkError>): Link {
  const waiting = new Map<number, Waiting>()
  // mqtt.js calls "no matching subscribers" a success like any other: the packet itself tells them apart.
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'puback' || packet.messageId === undefined) return
    waiting.get(packet.messageId)?.settle(packet.reasonCode ?? 0)
    waiting.delete(packet.messageId)
  })
  const watch = setInterval(() => {
    const [oldest] = waiting.values()
    if (oldest !== undefined && performance.now() - oldest.since > defaults.answerMs) client.end(true)
  }, defaults.answerMs / 4)
  void closed.then((why) => {
    clearInterval(watch)
    for (const { reject } of waiting.values()) reject(why)
    waiting.clear()
  })
  const { receiveMaximum, maximumPacketSize } = client.serverProperties ?? {}
  return {
    receiveMaximum: receiveMaximum ?? defaults.receiveMaximum,
    maximumPacketSize: maximumPacketSize ?? defaults.maximumPacketSize,
    closed,
    publish: (topic, payload, { retain } = { retain: false }) =>
      new Promise((settle, reject) => {
        if (!client.connected) return reject(new LinkError('the connection has ended'))
        client.publish(topic, payload, { qos: 1, retain }, () => undefined)
        waiting.set(client.getLastMessageId(), { since: performance.now(), settle, reject })
      }),
    async close() {
      const limit = setTimeout(() => client.end(true), defaults.closeMs)
      client.end()
      await closed
      clearTimeout(limit)
    },
  }
}
