const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const KiB = 1024
const MiB = 1024 * KiB

/** Every limit a user can meet, with its default. `docs/limits.md` is the same table in words. */
export const limits = {
  /** Bytes of a request body as sent. */
  bodyBytes: 8 * MiB,
  /** Bytes of a request body after gzip. */
  inflatedBytes: 16 * MiB,
  /** Points in one request. */
  pointsPerRequest: 10_000,
  /** Points in one log record. */
  pointsPerRecord: 10_000,
  /** Bytes of one log record; a larger request is split. */
  recordBytes: 512 * KiB,
  /** Nesting of a request body: array, point, tags. */
  jsonDepth: 3,
  /** Faulty items named in one 422 answer. */
  errorsPerAnswer: 100,
  metricNameLength: 200,
  agentIdLength: 128,
  tagsPerPoint: 32,
  tagKeyLength: 64,
  tagValueLength: 256,
  dedupeIdLength: 128,
  idempotencyKeyLength: 255,
  /** Event times ahead of the server clock, ms. */
  futureMs: 10 * minute,
  /** Event times behind the server clock, ms: what is kept longest. */
  pastMs: 30 * day,
  /** Series of one tenant. */
  seriesPerTenant: 100_000,
  /** Points a second for one tenant, averaged over `quotaBurstSeconds`. */
  quotaPointsPerSecond: 100_000,
  quotaBurstSeconds: 10,
  /** Bytes of request bodies that one process holds at once before it answers 503. */
  admissionBytes: 64 * MiB,
  /** Bytes of one MQTT message with its topic; the broker lets no larger one in. */
  mqttPacketBytes: MiB,
  /** MQTT messages that the bridge holds until the log has them; beyond it the broker keeps them. */
  mqttHeldMessages: 5_000,
  /** The same in bytes of their payloads. */
  mqttHeldBytes: 64 * MiB,
  /** MQTT messages wait this long for the quota of their tenant, ms; then they become dead letters. */
  mqttQuotaWaitMs: minute,
  /** Bytes of what an agent says of itself: its status with version and inventory. */
  agentStatusBytes: 4 * KiB,
  /** The longest interval that an agent may declare, ms. */
  agentIntervalMs: 24 * hour,
  agentVersionLength: 64,
  /** A dedupe id is remembered at least this long, ms. */
  dedupeMs: 24 * hour,
  /** Raw points are kept this long, ms. */
  rawRetentionMs: 24 * hour,
  /** Windows of a minute are kept this long, ms. */
  rollup1mRetentionMs: 7 * day,
  /** Windows of five minutes are kept this long, ms. */
  rollup5mRetentionMs: 30 * day,
  /** Windows and series that a pipeline process holds in memory; all others are read again when points come. */
  rollupWindows: 200_000,
  /** Series of one query. */
  querySeries: 1_000,
  /** Points of one answer; many series share them. */
  queryPoints: 500_000,
  /** A query reads this long, ms. */
  queryMs: 10_000,
  /** The last value of a series counts as its present one for so long, ms … */
  alertFreshMs: 5 * minute,
  /** … or for so many of its intervals, where that is longer. */
  alertFreshIntervals: 3,
  /** Changes of state of alerts are kept this long, ms. */
  alertRetentionMs: 90 * day,
  /** Messages to channels and the log of their tries are kept this long, ms. */
  deliveryRetentionMs: 30 * day,
  /** What a rule said before it was edited is kept this long, ms: longer than the log keeps points. */
  ruleVersionRetentionMs: 30 * day,
  /** Alert rules of one tenant. */
  rulesPerTenant: 1_000,
  /** Characters of the name of a rule or channel. */
  alertNameLength: 200,
  /** The longest `duration` and `keep_firing_for` of a rule, ms. */
  alertDurationMs: 7 * day,
  /** Channels that one rule tells. */
  channelsPerRule: 10,
  /** Channels of one tenant. */
  channelsPerTenant: 100,
  webhookUrlLength: 2_000,
  /** Addresses of one e-mail channel, and characters of each. */
  recipientsPerChannel: 20,
  recipientLength: 254,
  /** The secret before signs as well for so long after a rotation, ms. */
  secretOverlapMs: 24 * hour,
  /** A receiver of webhooks answers within this, ms. */
  webhookTimeoutMs: 10_000,
  /** Bytes that are read of its answer. */
  webhookAnswerBytes: 64 * KiB,
  /** A channel that could not be reached gets messages in their order while they are not older than this, ms. */
  deliveryOrderMs: hour,
  /** Bytes of a message to `/mcp`. */
  mcpBodyBytes: 64 * KiB,
  /** Items of a list that a tool answers. */
  mcpItemsDefault: 50,
  mcpItems: 200,
  /** Series whose values a tool answers at once. */
  mcpSeries: 20,
  /** Rows of values of each series, and of one answer of a tool. */
  mcpPointsDefault: 60,
  mcpPointsPerSeries: 500,
  mcpPoints: 2_000,
  /** Metrics of a token that stands in pages. */
  publishMetrics: 50,
  /** Origins of the pages it may stand in, and characters of each. */
  publishOrigins: 20,
  originLength: 255,
  /** Requests a minute of all who use such a token, where it names no rate of its own. */
  publishRate: 600,
  /** The greatest rate it may name. */
  publishRateMax: 60_000,
  /** Characters of the label of a badge. */
  badgeLabelLength: 64,
  /** Streams that one browser keeps open to one server at once by HTTP/1.1, which gives it six connections. */
  streamsPerBrowser: 4,
  /** Items of a list answer. */
  listDefault: 100,
  listMax: 1_000,
} as const

export type Limits = { readonly [K in keyof typeof limits]: number }
