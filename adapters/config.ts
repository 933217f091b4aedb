import { limits } from '@streamgauge/core/limits.ts'
import { longestRetentionMs } from '@streamgauge/core/partitions.ts'
import type { KafkaLogin } from './kafka/client.ts'
import { networks } from './webhook/addresses.ts'

/** Everything that can be set from outside. */
export interface Config {
  readonly kafka: {
    readonly brokers: string[]
    readonly topicPrefix: string
    readonly replicationFactor: number
    /** Where this process alone keeps its member ids, see `memberFiles`; null for none. */
    readonly memberFolder: string | null
    /** Encrypts, and asks the brokers for a certificate of their name that this machine trusts. */
    readonly tls: boolean
    /** How this process logs in; null where brokers want none. */
    readonly login: KafkaLogin | null
  }
  readonly databaseUrl: string
  readonly redisUrl: string
  /** The broker of the edge fleet; null where there is none. */
  readonly mqtt: {
    /** With the login of the bridge. */
    readonly url: string
    /** With the login that makes and ends those of agents; null: agents can't be enrolled. */
    readonly adminUrl: string | null
    /** What agents are told, without credentials. */
    readonly publicUrl: string
    /** The passwords of agents are derived from it; null: agents can't be enrolled. */
    readonly agentKey: string | null
    /** How many bridges share the messages. */
    readonly bridges: number
  } | null
  readonly notify: {
    /** Networks that webhooks may reach although they are private, such as `10.1.0.0/16`. */
    readonly webhookAllow: readonly string[]
    /** Where mails of alerts go to; null: nobody is told by mail. */
    readonly smtp: { readonly url: string; readonly from: string } | null
  }
  readonly http: {
    readonly host: string
    readonly port: number
    /** What links shown to people begin with. */
    readonly publicUrl: string
    /** Networks of the proxies in front, whose word on who asks is taken, such as `10.1.0.0/16`. */
    readonly trustProxy: readonly string[]
    /** Protects /metrics when set. */
    readonly metricsToken: string | null
    /** Serves the Model Context Protocol at `/mcp`. */
    readonly useMcp: boolean
    /** Files in PEM format; null: plain HTTP. */
    readonly tls: { readonly certificate: string; readonly key: string } | null
  }
  readonly logLevel: string
  /** A verdict on a token stays valid this long while MariaDB can't be reached, ms. */
  readonly authStaleMaxMs: number
  /** From SIGTERM to the end, ms. */
  readonly shutdownMs: number
  readonly limits: {
    readonly admissionBytes: number
    readonly quotaPointsPerSecond: number
    readonly seriesPerTenant: number
    readonly rawRetentionMs: number
    readonly rollup1mRetentionMs: number
    readonly rollup5mRetentionMs: number
    readonly alertRetentionMs: number
    readonly deliveryRetentionMs: number
    /** How old a point may be, ms: the longest of the retentions. */
    readonly pastMs: number
  }
  /** How long after a deadline the clock decides about an alert, ms: points on their way may still come. */
  readonly alertGraceMs: number
  /** Size cap of one partition of the metric topics, bytes; -1 for none. */
  readonly retentionBytes: number
}

/** Whoever guesses the key has every password. */
const agentKeyLength = 32

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment; throws one sentence that names the variable when a value can't be used. */
export function readConfig(env: Environment): Config {
  const host = env.HTTP_HOST ?? '127.0.0.1'
  const { hourly, daily } = longestRetentionMs
  const retentions = {
    rawRetentionMs: seconds(env, 'RAW_RETENTION', limits.rawRetentionMs, hourly),
    rollup1mRetentionMs: seconds(env, 'ROLLUP_1M_RETENTION', limits.rollup1mRetentionMs, daily),
    rollup5mRetentionMs: seconds(env, 'ROLLUP_5M_RETENTION', limits.rollup5mRetentionMs, daily),
  }
  const port = integer(env, 'HTTP_PORT', 8080)
  return {
    kafka: {
      brokers: required(env, 'KAFKA_BROKERS', '127.0.0.1:9092').split(','),
      topicPrefix: env.KAFKA_TOPIC_PREFIX ?? '',
      replicationFactor: integer(env, 'KAFKA_REPLICATION_FACTOR', 1),
      memberFolder: env.KAFKA_MEMBER_FOLDER ?? null,
      tls: boolean(env, 'KAFKA_TLS'),
      login: readKafkaLogin(env),
    },
    databaseUrl: required(env, 'DATABASE_URL', 'mysql://user:password@127.0.0.1:3306/streamgauge'),
    redisUrl: required(env, 'REDIS_URL', 'redis://127.0.0.1:6379'),
    mqtt: readMqtt(env),
    notify: { webhookAllow: readNetworks(env, 'WEBHOOK_ALLOW'), smtp: readSmtp(env) },
    http: {
      host,
      port,
      publicUrl: (env.PUBLIC_URL ?? `${env.HTTP_TLS_CERT ? 'https' : 'http'}://${host}:${port}`).replace(
        /\/+$/,
        '',
      ),
      trustProxy: readNetworks(env, 'TRUST_PROXY'),
      metricsToken: env.METRICS_TOKEN ?? null,
      useMcp: boolean(env, 'USE_MCP'),
      tls: readHttpTls(env),
    },
    logLevel: env.LOG_LEVEL ?? 'info',
    authStaleMaxMs: integer(env, 'AUTH_STALE_MAX', 3600) * 1000,
    shutdownMs: integer(env, 'SHUTDOWN_TIMEOUT', 20) * 1000,
    limits: {
      admissionBytes: integer(env, 'ADMISSION_BYTES', limits.admissionBytes),
      quotaPointsPerSecond: integer(env, 'QUOTA_POINTS_PER_SECOND', limits.quotaPointsPerSecond),
      seriesPerTenant: integer(env, 'SERIES_PER_TENANT', limits.seriesPerTenant),
      ...retentions,
      alertRetentionMs: seconds(env, 'ALERT_RETENTION', limits.alertRetentionMs),
      deliveryRetentionMs: seconds(env, 'DELIVERY_RETENTION', limits.deliveryRetentionMs),
      pastMs: Math.max(...Object.values(retentions)),
    },
    alertGraceMs: integer(env, 'ALERT_GRACE_MS', 1000),
    retentionBytes: integer(env, 'KAFKA_RETENTION_BYTES', -1),
  }
}

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

function readKafkaLogin(env: Environment): KafkaLogin | null {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password, KAFKA_SASL = 'scram-sha-512' } = env
  const mechanism = mechanisms.find((known) => known === KAFKA_SASL.toLowerCase())
  if (!mechanism) throw new Error(`KAFKA_SASL must be ${mechanisms.join(', ')}, not "${KAFKA_SASL}"`)
  if (!username && !password) return null
  if (!username || !password) throw new Error('KAFKA_USERNAME and KAFKA_PASSWORD belong together')
  return { mechanism, username, password }
}

function readHttpTls(env: Environment): Config['http']['tls'] {
  const { HTTP_TLS_CERT: certificate, HTTP_TLS_KEY: key } = env
  if (!certificate && !key) return null
  if (!certificate || !key) throw new Error('HTTP_TLS_CERT and HTTP_TLS_KEY belong together')
  return { certificate, key }
}

function readMqtt(env: Environment): Config['mqtt'] {
  const { MQTT_URL: url, MQTT_ADMIN_URL, MQTT_PUBLIC_URL, MQTT_AGENT_KEY } = env
  const bridges = integer(env, 'MQTT_BRIDGES', 1)
  if (bridges < 1) throw new Error('MQTT_BRIDGES must be 1 or more')
  if (!url) return null
  for (const [name, value] of Object.entries({ MQTT_URL: url, MQTT_ADMIN_URL, MQTT_PUBLIC_URL })) {
    if (value && !/^mqtts?:$/.test(URL.parse(value)?.protocol ?? '')) {
      throw new Error(`${name} must be a URL such as mqtt://user:password@127.0.0.1:1883`)
    }
  }
  if (MQTT_AGENT_KEY && MQTT_AGENT_KEY.length < agentKeyLength) {
    throw new Error(
      `MQTT_AGENT_KEY must have ${agentKeyLength} characters or more, for example 48 random hex digits`,
    )
  }
  return {
    url,
    adminUrl: MQTT_ADMIN_URL || null,
    publicUrl: MQTT_PUBLIC_URL || withoutCredentials(url),
    agentKey: MQTT_AGENT_KEY || null,
    bridges,
  }
}

function readSmtp({ SMTP_URL: url, SMTP_FROM }: Environment): Config['notify']['smtp'] {
  if (!url) return null
  if (!/^smtps?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error('SMTP_URL must be a URL such as smtp://user:password@mail.example.com:587')
  const from = SMTP_FROM || 'Streamgauge <alerts@localhost>'
  if (!/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/.test(from))
    throw new Error('SMTP_FROM must be an address such as "Streamgauge <alerts@example.com>"')
  return { url, from }
}

function readNetworks(env: Environment, name: string): string[] {
  const ranges = (env[name] ?? '').split(/[\s,]+/).filter((range) => range !== '')
  try {
    networks(ranges)
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`)
  }
  return ranges
}

function withoutCredentials(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

function boolean(env: Environment, name: string): boolean {
  const text = env[name] || 'false'
  if (text !== 'true' && text !== 'false') throw new Error(`${name} must be true or false, not "${text}"`)
  return text === 'true'
}

function required(env: Environment, name: string, example: string): string {
  const value = env[name]
  if (!value) throw new Error(`${name} is not set; for example ${name}=${example}`)
  return value
}

/** A time in seconds, at least one and at most `mostMs`, as ms. */
function seconds(env: Environment, name: string, fallbackMs: number, mostMs = Infinity): number {
  const ms = integer(env, name, fallbackMs / 1000) * 1000
  if (ms < 1000) throw new Error(`${name} must be at least 1 second, not "${env[name]}"`)
  if (ms > mostMs) {
    const most = `${mostMs / 1000} seconds (${mostMs / 86_400_000} days)`
    throw new Error(`${name} must be at most ${most}, not "${env[name]}"`)
  }
  return ms
}

function integer(env: Environment, name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number, not "${text}"`)
  return value
}
