import { randomUUID } from 'node:crypto'
import { connectAsync, type MqttClient } from 'mqtt'
import { within } from '../deadline.ts'
import { brokerAddress } from './address.ts'

const topic = '$CONTROL/dynamic-security/v1'
const defaults = {
  connectTimeoutMs: 2_000,
  /** With 10,000 agents the plugin takes a tenth of a second to write its file. */
  commandTimeoutMs: 5_000,
  /** Names in one answer, far below the largest packet. */
  pageSize: 500,
}

/** A command of the plugin, without what tells its answer: README of dynamic-security. */
export type Command = { readonly command: string } & Readonly<Record<string, unknown>>

/** The broker can't be reached, refuses the login or doesn't answer. */
export class BrokerUnavailable extends Error {}

/** The plugin has refused a command. */
export class CommandRefused extends Error {}

/** A connection that may change who may do what at the broker. */
export interface Dynsec extends AsyncDisposable {
  /** Runs a command; answers its data. Throws `CommandRefused` with the plugin's words unless `tolerated` is those. */
  run(command: Command, tolerated?: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Everything a list command such as `listClients` has, page by page. */
  list<T>(command: 'listClients' | 'listRoles'): AsyncGenerator<T>
  /** Publishes a retained message, at least once; an empty one takes the retained message away. */
  retain(topic: string, payload: string): Promise<void>
}

interface Answer {
  readonly correlationData?: string
  readonly error?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Connects with a login that may administer. A login has one connection, a new one ends the one before: hold a lock
 * meanwhile. Throws `BrokerUnavailable`.
 */
export async function openDynsec(url: string): Promise<Dynsec> {
  const client = await connect(url)
  const waiting = new Map<string, PromiseWithResolvers<Answer>>()

  client.on('message', (_topic, payload) => {
    const { responses = [] } = JSON.parse(payload.toString()) as { responses?: Answer[] }
    for (const answer of responses) waiting.get(answer.correlationData ?? '')?.resolve(answer)
  })
  client.on('close', () => {
    for (const each of waiting.values())
      each.reject(new BrokerUnavailable('the broker closed the connection'))
  })

  async function run(command: Command, tolerated?: string) {
    const correlationData = randomUUID()
    const answer = Promise.withResolvers<Answer>()
    waiting.set(correlationData, answer)
    answer.promise.catch(() => undefined)
    try {
      const body = JSON.stringify({ commands: [{ ...command, correlationData }] })
      await inTime(client.publishAsync(topic, body, { qos: 1 }))
      const { error, data } = await inTime(answer.promise)
      if (error !== undefined && error !== tolerated) throw new CommandRefused(`${command.command}: ${error}`)
      return error === undefined ? (data ?? {}) : undefined
    } finally {
      waiting.delete(correlationData)
    }
  }

  try {
    await inTime(client.subscribeAsync(`${topic}/response`, { qos: 1 }))
  } catch (error) {
    client.end(true)
    throw error
  }
  return {
    run,
    async *list<T>(command: 'listClients' | 'listRoles') {
      for (let offset = 0; ; offset += defaults.pageSize) {
        const data = await run({ command, verbose: true, count: defaults.pageSize, offset })
        const items = (command === 'listClients' ? data?.clients : data?.roles) as T[]
        yield* items
        if (items.length < defaults.pageSize) return
      }
    },
    async retain(topic, payload) {
      await inTime(client.publishAsync(topic, payload, { qos: 1, retain: true }))
    },
    async [Symbol.asyncDispose]() {
      await within(client.endAsync(), defaults.connectTimeoutMs, 'the broker did not let go').catch(() =>
        client.end(true),
      )
    },
  }
}

async function connect(url: string): Promise<MqttClient> {
  const { protocol, host } = new URL(url)
  const options = {
    ...brokerAddress(url),
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: defaults.connectTimeoutMs,
  }
  const client = await connectAsync(`${protocol}//${host}`, options, false).catch((error) => {
    throw new BrokerUnavailable(`the broker at ${host} can't be used: ${error.message}`, { cause: error })
  })
  // A lost connection is told by what was under way; without a listener it is an uncaught error.
  client.on('error', () => undefined)
  return client
}

/** Whatever fails on the way is the broker's being away. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  try {
    return await within(work, defaults.commandTimeoutMs, 'the broker did not answer')
  } catch (error) {
    if (error instanceof BrokerUnavailable) throw error
    throw new BrokerUnavailable(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
