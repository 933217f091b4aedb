// Writes the tables of limits.md, errors.md, operations.md, running.md and metrics.md from the code that enforces them: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { errors } from '@streamgauge/core/errors.ts'
import { type Limits, limits } from '@streamgauge/core/limits.ts'
import { faults } from '../cli/doctor/faults.ts'
import { metricNames } from './metric-names.ts'

const begin = '<!-- begin table: npm run docs -->'
const end = '<!-- end table -->'

type Row = readonly (string | number)[]

const KiB = 1024
const MiB = 1024 * KiB
const count = (value: number) => value.toLocaleString('en-GB')
const bytes = (value: number) => (value >= MiB ? `${value / MiB} MiB` : `${value / KiB} KiB`)

function duration(ms: number): string {
  if (ms >= 48 * 3_600_000) return `${ms / 86_400_000} days`
  if (ms === 60_000) return '1 minute'
  if (ms === 3_600_000) return '1 hour'
  if (ms < 60_000) return `${ms / 1_000} seconds`
  return ms >= 3_600_000 ? `${ms / 3_600_000} hours` : `${ms / 60_000} minutes`
}

/** What a limit is about, how its value is written, and what a caller who meets it gets. */
const meanings: { readonly [K in keyof Limits]: readonly [string, (value: number) => string, string] } = {
  bodyBytes: ['Request body as sent', bytes, '413 `BODY_TOO_LARGE`'],
  inflatedBytes: ['Request body after gzip', bytes, '413 `BODY_TOO_LARGE`'],
  pointsPerRequest: ['Points in one request', count, '422 `TOO_MANY_POINTS`'],
  pointsPerRecord: ['Points in one log record', count, 'the request is split'],
  recordBytes: ['One log record', bytes, 'the request is split'],
  jsonDepth: ['Nesting of a body: array, point, tags', count, '400 `JSON_TOO_DEEP`'],
  errorsPerAnswer: ['Faulty points named in one answer', count, 'the rest is only counted'],
  metricNameLength: ['Characters of a metric name', count, '422 `METRIC_NAME_INVALID`'],
  agentIdLength: ['Characters of an agent id', count, '422 `AGENT_ID_INVALID`'],
  tagsPerPoint: ['Tags of a point', count, '422 `TAGS_INVALID`'],
  tagKeyLength: ['Characters of a tag key', count, '422 `TAGS_INVALID`'],
  tagValueLength: ['Characters of a tag value', count, '422 `TAGS_INVALID`'],
  dedupeIdLength: ['Characters of a dedupe id', count, '422 `DEDUPE_ID_INVALID`'],
  idempotencyKeyLength: ['Characters of an Idempotency-Key', count, '422 `IDEMPOTENCY_KEY_INVALID`'],
  futureMs: ['A timestamp ahead of the server’s clock', duration, '422 `TIMESTAMP_IN_FUTURE`'],
  pastMs: [
    'A timestamp behind the server’s clock: the longest of the retentions',
    duration,
    '422 `TIMESTAMP_TOO_OLD`',
  ],
  seriesPerTenant: ['Series of one tenant (`SERIES_PER_TENANT`)', count, '422 `SERIES_LIMIT`'],
  quotaPointsPerSecond: [
    'Points a second for one tenant (`QUOTA_POINTS_PER_SECOND`)',
    count,
    '429 `QUOTA_EXCEEDED`',
  ],
  quotaBurstSeconds: ['Seconds over which that quota is averaged', count, '429 `QUOTA_EXCEEDED`'],
  admissionBytes: ['Request bodies one process holds at once (`ADMISSION_BYTES`)', bytes, '503 `OVERLOADED`'],
  mqttPacketBytes: ['One MQTT message', bytes, 'the broker ends the connection'],
  mqttHeldMessages: ['MQTT messages held until the log has them', count, 'the broker keeps them'],
  mqttHeldBytes: ['Bytes of those', bytes, 'the broker keeps them'],
  mqttQuotaWaitMs: ['MQTT messages wait for their tenant’s quota', duration, 'dead letter `QUOTA_EXCEEDED`'],
  agentStatusBytes: ['A status message of an agent', bytes, 'the message is dropped, and counted'],
  agentIntervalMs: ['The interval that an agent declares', duration, 'the message is dropped, and counted'],
  agentVersionLength: ['Characters of an agent’s version', count, 'the message is dropped, and counted'],
  dedupeMs: ['A dedupe id is remembered for at least', duration, 'later the point counts again'],
  rawRetentionMs: [
    'Raw points are kept for (`RAW_RETENTION`)',
    duration,
    'older points go to the windows only, then they are dropped',
  ],
  rollupWindows: [
    'Windows and series in the memory of one pipeline process',
    count,
    'the least used are read again when points come',
  ],
  rollup1mRetentionMs: [
    'Windows of a minute are kept for (`ROLLUP_1M_RETENTION`)',
    duration,
    'older windows are dropped',
  ],
  rollup5mRetentionMs: [
    'Windows of five minutes are kept for (`ROLLUP_5M_RETENTION`)',
    duration,
    'older windows are dropped',
  ],
  querySeries: ['Series of one query', count, '422 `QUERY_INVALID`; the first so many with `max_series`'],
  queryPoints: [
    'Points in one answer of a query',
    count,
    'each series gets fewer: they are thinned or merged',
  ],
  queryMs: ['A query reads for', duration, '422 `QUERY_TOO_LARGE`'],
  alertFreshMs: [
    'The last value of a series counts as its present one for',
    duration,
    'a breach is no longer taken to last; `no_data` decides',
  ],
  alertFreshIntervals: ['Or for so many of its intervals, where that is longer', count, 'the same'],
  alertRetentionMs: [
    'Changes of state of alerts are kept for (`ALERT_RETENTION`)',
    duration,
    'older ones are deleted, but for the last one of an alert that goes on',
  ],
  deliveryRetentionMs: [
    'Messages to channels and their tries are kept for (`DELIVERY_RETENTION`)',
    duration,
    'older ones are deleted, but for those that wait and those of alerts that go on',
  ],
  ruleVersionRetentionMs: [
    'What an alert rule said before an edit is kept for',
    duration,
    'points received before are held against what is known of it',
  ],
  rulesPerTenant: ['Alert rules of one tenant', count, '422 `RULE_LIMIT`'],
  alertNameLength: ['Characters of the name of an alert rule or channel', count, '422 `BODY_INVALID`'],
  alertDurationMs: ['`duration` and `keep_firing_for` of an alert rule', duration, '422 `BODY_INVALID`'],
  channelsPerRule: ['Channels of one alert rule', count, '422 `BODY_INVALID`'],
  channelsPerTenant: ['Channels of one tenant', count, '422 `CHANNEL_LIMIT`'],
  webhookUrlLength: ['Characters of the address of a webhook', count, '422 `BODY_INVALID`'],
  recipientsPerChannel: ['Addresses of one e-mail channel', count, '422 `BODY_INVALID`'],
  recipientLength: ['Characters of one e-mail address', count, '422 `BODY_INVALID`'],
  secretOverlapMs: ['A rotated secret signs beside the new one for', duration, 'only the new one signs'],
  webhookTimeoutMs: ['A receiver of webhooks answers within', duration, 'the try has failed'],
  webhookAnswerBytes: ['What is read of its answer', bytes, 'the connection is closed'],
  deliveryOrderMs: [
    'Messages of a channel that can’t be reached keep their order for',
    duration,
    'later ones no longer wait for them',
  ],
  mcpBodyBytes: ['A message to `/mcp`', bytes, '413 `BODY_TOO_LARGE`'],
  mcpItemsDefault: ['Items of a list that a tool answers, without `limit`', count, 'follow `next`'],
  mcpItems: ['The same, at most', count, '`QUERY_INVALID`'],
  mcpSeries: ['Series whose values a tool answers at once', count, '`QUERY_INVALID`'],
  mcpPointsDefault: [
    'Rows of one series that a tool answers, without `max_points`',
    count,
    'values are merged',
  ],
  mcpPointsPerSeries: ['The same, at most', count, '`QUERY_INVALID`'],
  mcpPoints: ['Rows in one answer of a tool', count, 'each series gets fewer'],
  publishMetrics: ['Metrics of one token of the scope publish', count, '422 `BODY_INVALID`'],
  publishOrigins: ['Origins of one such token', count, '422 `BODY_INVALID`'],
  originLength: ['Characters of one of its origins', count, '422 `BODY_INVALID`'],
  publishRate: ['Requests a minute with it, where it names no `rate`', count, '429 `RATE_EXCEEDED`'],
  publishRateMax: ['The greatest `rate` it may name', count, '422 `BODY_INVALID`'],
  badgeLabelLength: ['Characters of the `label` of a badge', count, '422 `QUERY_INVALID`'],
  streamsPerBrowser: [
    'Live streams of one browser to one server by HTTP/1.1: one for each tenant',
    count,
    'the dashboard says that it is not live, until one is closed',
  ],
  listDefault: ['Items of a list answer without `limit`', count, 'follow `next`'],
  listMax: ['Items of a list answer at most', count, '`limit` is clamped, follow `next`'],
}

/** What each variable of the environment does; `adapters/config.ts` reads them. */
export const variables: Readonly<Record<string, readonly [fallback: string, meaning: string]>> = {
  KAFKA_BROKERS: ['required', 'Brokers as `host:port`, separated by commas'],
  KAFKA_TOPIC_PREFIX: [
    'none',
    'Begins the names of all topics and groups: several installations on one cluster',
  ],
  KAFKA_TLS: [
    'false',
    '`true`: connections to the brokers are encrypted, and their certificates must be of the names that they advertise',
  ],
  KAFKA_USERNAME: ['none', 'Who logs in at the brokers (SASL), with `KAFKA_PASSWORD`'],
  KAFKA_PASSWORD: ['none', 'See `KAFKA_USERNAME`'],
  KAFKA_SASL: ['scram-sha-512', 'How: `scram-sha-512`, `scram-sha-256` or `plain`'],
  KAFKA_REPLICATION_FACTOR: [
    '1',
    'Replicas of the topics that `init` creates; with 3 or more, 2 have a point before it is accepted',
  ],
  KAFKA_RETENTION_BYTES: ['-1 (no cap)', 'Size cap of one partition of the metric topics, bytes'],
  KAFKA_MEMBER_FOLDER: [
    'none',
    'Where the pipeline remembers the group member it was, on a disk that outlives a crash of the process: after a kill it rejoins in 0.2 s instead of 10 s. Only where a supervisor runs one pipeline with this folder at a time',
  ],
  DATABASE_URL: [
    'required',
    'MariaDB, such as `mysql://user:password@host:3306/streamgauge`; with `?ssl=true` encrypted, and its certificate must be of that host',
  ],
  REDIS_URL: ['required', 'Redis or Valkey, such as `redis://:password@host:6379`, or `rediss://` over TLS'],
  MQTT_URL: [
    'none',
    'Mosquitto with the login of the bridge, such as `mqtt://streamgauge-bridge:password@host:1883`; without it there is no bridge and no enrolment',
  ],
  MQTT_ADMIN_URL: ['none', 'The same broker with the login that makes and ends those of agents'],
  MQTT_PUBLIC_URL: [
    '`MQTT_URL` without credentials',
    'The broker as agents reach it, such as `mqtts://metrics.example.com:8883`',
  ],
  MQTT_AGENT_KEY: [
    'none',
    'Secret of 32 characters or more from which the passwords of agents are derived; keep it as long as the agents',
  ],
  MQTT_BRIDGES: ['1', 'How many bridges share the messages, each with a login of its own'],
  SMTP_URL: [
    'none',
    'Mail server for alerts, such as `smtp://user:password@mail.example.com:587` or `smtps://…:465`; without it no mail is sent',
  ],
  SMTP_FROM: ['`Streamgauge <alerts@localhost>`', 'Who such mails come from'],
  WEBHOOK_ALLOW: [
    'none',
    'Private networks that webhooks may reach, such as `10.1.0.0/16,fd00::/8`; all other addresses that are not public are refused',
  ],
  HTTP_HOST: ['127.0.0.1', 'Address to listen on; the image sets 0.0.0.0'],
  HTTP_PORT: ['8080', 'Port to listen on'],
  HTTP_TLS_CERT: [
    'none',
    'File with a certificate and its chain (PEM): that port speaks HTTPS. A renewed one is served within a minute',
  ],
  HTTP_TLS_KEY: ['none', 'File with its key (PEM)'],
  PUBLIC_URL: ['`http://HTTP_HOST:HTTP_PORT`', 'What links shown to people begin with'],
  TRUST_PROXY: [
    'none',
    'Networks of the proxies in front, such as `10.1.0.0/16,fd00::/8`: of a request from there the address is taken from `X-Forwarded-For`, to which each proxy adds whom it has the request from. It tells apart who tries to sign in; without it all people behind a proxy share twenty failed tries a minute',
  ],
  USE_MCP: ['false', '`true`: assistants reach the data at `/mcp`, see [MCP](mcp.md)'],
  METRICS_TOKEN: ['none', 'When set, `/metrics` wants it as Bearer token'],
  LOG_LEVEL: ['info', '`fatal`, `error`, `warn`, `info`, `debug` or `trace`'],
  AUTH_STALE_MAX: ['3600', 'Seconds that a verdict on a token stays valid while MariaDB can’t be reached'],
  SHUTDOWN_TIMEOUT: ['20', 'Seconds from SIGTERM to the end; orchestrators must wait longer'],
  ADMISSION_BYTES: [count(limits.admissionBytes), 'See [limits](limits.md)'],
  QUOTA_POINTS_PER_SECOND: [count(limits.quotaPointsPerSecond), 'See [limits](limits.md)'],
  SERIES_PER_TENANT: [count(limits.seriesPerTenant), 'See [limits](limits.md)'],
  ALERT_GRACE_MS: [
    '1000',
    'Milliseconds that the clock waits after a deadline of an alert before it decides without a point',
  ],
  RAW_RETENTION: [
    count(limits.rawRetentionMs / 1000),
    'Seconds that raw points are kept, at most 28,512,000 (330 days)',
  ],
  ROLLUP_1M_RETENTION: [
    count(limits.rollup1mRetentionMs / 1000),
    'Seconds that windows of a minute are kept, at most 691,200,000 (8,000 days)',
  ],
  ROLLUP_5M_RETENTION: [
    count(limits.rollup5mRetentionMs / 1000),
    'Seconds that windows of five minutes are kept, at most 691,200,000 (8,000 days)',
  ],
  ALERT_RETENTION: [
    count(limits.alertRetentionMs / 1000),
    'Seconds that changes of state of alerts are kept',
  ],
  DELIVERY_RETENTION: [
    count(limits.deliveryRetentionMs / 1000),
    'Seconds that messages to channels and the log of their tries are kept',
  ],
}

const tables: Readonly<Record<string, () => string>> = {
  'limits.md': () =>
    table(
      ['limit', 'value', 'beyond it'],
      (Object.keys(meanings) as (keyof Limits)[]).map((key) => {
        const [what, format, consequence] = meanings[key]
        return [what, format(limits[key]), consequence]
      }),
    ),
  'errors.md': () =>
    table(
      ['code', 'status', 'meaning', 'what to do'],
      Object.entries(errors).map(([code, { status, title, remedy }]) => [
        `<a id="${code}"></a>\`${code}\``,
        status,
        title,
        remedy,
      ]),
    ),
  'operations.md': () =>
    table(
      ['variable', 'default', 'meaning'],
      Object.entries(variables).map(([name, [fallback, meaning]]) => [`\`${name}\``, fallback, meaning]),
    ),
  'metrics.md': () =>
    table(
      ['metric', 'type', 'says'],
      metricNames().map(({ name, type, help }) => [`\`${name}\``, type, help]),
    ),
  'running.md': () =>
    table(
      ['code', 'what helps'],
      Object.entries(faults).map(([code, { remedy }]) => [`\`${code}\``, remedy]),
    ),
}

/** Every page with its table as it should be. */
export function pages(): { path: URL; current: string; wanted: string }[] {
  return Object.entries(tables).map(([page, write]) => {
    const path = new URL(page, import.meta.url)
    const current = readFileSync(path, 'utf8')
    const [before, rest] = current.split(begin)
    const after = rest?.split(end)[1]
    if (after === undefined) throw new Error(`${page}: the marks around its table are gone`)
    return { path, current, wanted: `${before}${begin}\n${write()}\n${end}${after}` }
  })
}

/** Cells are padded as the formatter pads them, so that the two agree. */
function table(head: Row, rows: readonly Row[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => String(cell).replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  const line = (cells: readonly string[], filler = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], filler)).join(' | ')} |`
  const [first, ...others] = lines
  const rule = line(
    head.map(() => ''),
    '-',
  )
  return [line(first), rule, ...others.map((cells) => line(cells))].join('\n')
}

if (import.meta.main) for (const { path, wanted } of pages()) writeFileSync(path, wanted)
