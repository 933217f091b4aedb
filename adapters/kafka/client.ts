import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs'
import { patchKafkaJs } from './patches.ts'

export const timeouts = {
  /** Until a TCP connection stands. */
  connectMs: 2_000,
  /** Until a request is answered; fetches and joins may wait longer by their own settings. */
  requestMs: 5_000,
  /** Until a client has said goodbye. */
  disconnectMs: 3_000,
}

/** A user of the brokers. */
export interface KafkaLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/**
 * The KafkaJS client of one process. Nothing retries by itself below it: whoever calls knows what a second
 * attempt means. What KafkaJS logs goes to debug; the adapter itself logs changes of state.
 */
export function createClient(options: {
  brokers: readonly string[]
  /** Default false. */
  tls?: boolean
  /** Default none. */
  login?: KafkaLogin | null
  clientId: string
  logger: Logger
}): Kafka {
  patchKafkaJs()
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    ssl: options.tls ?? false,
    sasl: options.login ? ({ ...options.login } as SASLOptions) : undefined,
    connectionTimeout: timeouts.connectMs,
    requestTimeout: timeouts.requestMs,
    retry: { retries: 0, initialRetryTime: 50, maxRetryTime: 500 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => writeLog(options.logger, entry),
    // Nagle's algorithm would hold a request back until the one before it is answered.
    socketFactory({ host, port, ssl, onConnect }) {
      const socket = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
      if (!ssl) return connect(socket, onConnect)
      return connectTls({ ...socket, servername: isIP(host) ? undefined : host }, onConnect)
    },
  })
}

function writeLog(logger: Logger, { namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log
  logger.debug({ kafkajs: namespace, ...details }, message)
}
