interface ErrorKind {
  readonly status: number
  readonly title: string
  /** What the reader can do about it, one sentence. */
  readonly remedy: string
}

/** Every stable error code of the API: one table that answers, docs and tests share. */
export const errors = {
  // the request as a whole
  BAD_REQUEST: {
    status: 400,
    title: 'The request is malformed',
    remedy: 'Compare it with /api/v1/openapi.json.',
  },
  JSON_INVALID: {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send RFC 8259 JSON; NaN and Infinity are not JSON, leave such points out.',
  },
  JSON_DUPLICATE_KEY: {
    status: 400,
    title: 'An object names the same key twice',
    remedy: 'Send each key once.',
  },
  JSON_TOO_DEEP: {
    status: 400,
    title: 'The body is nested too deeply',
    remedy: 'A point is flat apart from its tags object.',
  },
  GZIP_INVALID: {
    status: 400,
    title: 'The body is not valid gzip',
    remedy: 'Send gzip, or leave Content-Encoding out.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'No valid token',
    remedy: 'Send "Authorization: Bearer sg_…" with a token that is neither revoked nor expired.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'This token may not do that',
    remedy: 'Use a token of this tenant that has the scope named in detail.',
  },
  ORIGIN_FORBIDDEN: {
    status: 403,
    title: 'This origin may not use the session',
    remedy: 'Use the dashboard itself, or a token.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'This token may not be used from here',
    remedy: 'Make a token whose origins name the one of the page, such as https://shop.example.',
  },
  METRIC_NOT_PUBLISHED: {
    status: 403,
    title: 'This token does not show that metric',
    remedy: 'Ask for the metrics that the token names, or make one that names this metric too.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is nothing here',
    remedy: 'Check the address against /api/v1/openapi.json.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This address does not take that method',
    remedy: 'See the Allow header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Send the whole request at once.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'The request headers are too large',
    remedy: 'Send less than 16 KiB of headers.',
  },
  CONFLICT: { status: 409, title: 'It exists already', remedy: 'Choose another name.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', remedy: 'Send fewer points a request.' },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'This content type is not supported',
    remedy: 'Send application/json.',
  },
  CONTENT_ENCODING_UNSUPPORTED: {
    status: 415,
    title: 'This content encoding is not supported',
    remedy: 'Send gzip or identity.',
  },
  // points, reported per item under VALIDATION_FAILED
  VALIDATION_FAILED: {
    status: 422,
    title: 'Some points are not valid; nothing was stored',
    remedy: 'Mend the items named in errors, or send ?partial=true.',
  },
  EMPTY: { status: 422, title: 'There are no points in the request', remedy: 'Send at least one point.' },
  TOO_MANY_POINTS: { status: 422, title: 'Too many points in one request', remedy: 'Split the request.' },
  POINT_INVALID: {
    status: 422,
    title: 'A point must be an object',
    remedy: 'Send {"metric_name", "value"} with optional fields.',
  },
  FIELD_MISSING: {
    status: 422,
    title: 'A required field is missing',
    remedy: 'Every point needs metric_name and value.',
  },
  FIELD_UNKNOWN: {
    status: 422,
    title: 'This field is not known',
    remedy: 'Use metric_name, value, timestamp, tags, agent_id, dedupe_id.',
  },
  METRIC_NAME_INVALID: {
    status: 422,
    title: 'The metric name is not valid',
    remedy: 'Use 1 to 200 characters without control characters.',
  },
  VALUE_INVALID: { status: 422, title: 'The value is not a number', remedy: 'Send a JSON number.' },
  VALUE_OUT_OF_RANGE: {
    status: 422,
    title: 'The value does not fit a 64-bit float',
    remedy: 'Send a number between ±1.7976931348623157e308.',
  },
  TIMESTAMP_INVALID: {
    status: 422,
    title: 'The timestamp is not valid',
    remedy: 'Send epoch milliseconds or RFC 3339 with a zone, such as 2026-01-31T12:00:00Z.',
  },
  TIMESTAMP_TOO_OLD: {
    status: 422,
    title: 'The timestamp is too far in the past',
    remedy: 'Points may be 30 days old at most; epoch times are milliseconds.',
  },
  TIMESTAMP_IN_FUTURE: {
    status: 422,
    title: 'The timestamp is in the future',
    remedy: 'Points may be 10 minutes ahead at most; check the sender’s clock.',
  },
  TAGS_INVALID: {
    status: 422,
    title: 'The tags are not valid',
    remedy: 'Send a flat object of at most 32 strings; keys 1 to 64, values at most 256 characters.',
  },
  AGENT_ID_INVALID: {
    status: 422,
    title: 'The agent id is not valid',
    remedy: 'Use 1 to 128 letters, digits and . _ : - starting with a letter or digit.',
  },
  DEDUPE_ID_INVALID: {
    status: 422,
    title: 'The dedupe id is not valid',
    remedy: 'Use 1 to 128 characters without control characters.',
  },
  SERIES_LIMIT: {
    status: 422,
    title: 'The tenant has reached its number of series',
    remedy: 'Use fewer distinct tags, or ask the operator to raise the limit.',
  },
  // messages of agents: reasons of dead letters, never of an answer
  TOPIC_INVALID: {
    status: 422,
    title: 'The topic is not one that points come from',
    remedy: 'Publish to metrics/{tenant}/{agent}/{metric} or metrics/{tenant}/{agent}/_batch.',
  },
  TOPIC_MISMATCH: {
    status: 422,
    title: 'The payload names another agent or metric than its topic',
    remedy: 'Leave agent_id and metric_name out, or send those of the topic.',
  },
  SEQUENCE_INVALID: {
    status: 422,
    title: 'The epoch or the sequence number is not valid',
    remedy: 'Send epoch and seq as whole numbers from 0, or leave both out.',
  },
  TENANT_UNKNOWN: {
    status: 422,
    title: 'There is no such tenant',
    remedy: 'Create the tenant and send the dead letter again.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 422,
    title: 'The Idempotency-Key is not valid',
    remedy: 'Use 1 to 255 printable ASCII characters.',
  },
  BODY_INVALID: {
    status: 422,
    title: 'The body is not valid',
    remedy: 'See the fields named in errors.',
  },
  // queries
  QUERY_INVALID: {
    status: 422,
    title: 'A query parameter is not valid',
    remedy: 'See the parameter named in detail.',
  },
  RESOLUTION_UNAVAILABLE: {
    status: 422,
    title: 'This resolution is no longer kept for the range',
    remedy: 'Ask for resolution=auto, or for a later from.',
  },
  QUERY_TOO_LARGE: {
    status: 422,
    title: 'The query takes longer than it may',
    remedy: 'Ask for a shorter range, a coarser resolution or fewer series.',
  },
  SIGN_IN_INVALID: {
    status: 422,
    title: 'This sign-in link has been used or has expired',
    remedy: 'Make a new one: npm run streamgauge -- sign-in.',
  },
  // agents
  AGENT_EXISTS: {
    status: 409,
    title: 'This agent is enrolled already',
    remedy: 'Add ?renew=true for a new password, which ends the one before.',
  },
  // alerts
  RULE_LIMIT: {
    status: 422,
    title: 'The tenant has as many alert rules as it may',
    remedy: 'Delete one, or write one rule for several series: without agent_id and tags it is about all.',
  },
  CHANNEL_LIMIT: {
    status: 422,
    title: 'The tenant has as many channels as it may',
    remedy: 'Delete one that no rule uses.',
  },
  CHANNEL_UNKNOWN: {
    status: 422,
    title: 'The rule names a channel that this tenant does not have',
    remedy: 'Make the channel first, and send the id from its answer.',
  },
  CHANNEL_IN_USE: {
    status: 409,
    title: 'Rules tell this channel',
    remedy: 'Take it out of the rules named in detail, then delete it.',
  },
  CHANNEL_DISABLED: {
    status: 409,
    title: 'Nothing is sent to this channel any more',
    remedy: 'Mend its receiver and save the channel again, which enables it.',
  },
  WEBHOOK_URL_FORBIDDEN: {
    status: 422,
    title: 'Webhooks are not sent to this address',
    remedy: 'Use a public address, or ask the operator to add its network to WEBHOOK_ALLOW.',
  },
  RULE_CHANGED: {
    status: 409,
    title: 'The rule has been changed since it was read',
    remedy: 'Read it again, or leave version out to overwrite it.',
  },
  // capacity and outages: always with Retry-After
  QUOTA_EXCEEDED: {
    status: 429,
    title: 'The tenant sends more points than its quota',
    remedy: 'Slow down, or ask the operator to raise the quota.',
  },
  RATE_EXCEEDED: {
    status: 429,
    title: 'This token is used more often than its rate allows',
    remedy: 'Try again after Retry-After seconds, or make a token with a higher rate.',
  },
  OVERLOADED: {
    status: 503,
    title: 'The server holds as many bytes as it may',
    remedy: 'Send again after Retry-After seconds.',
  },
  LOG_UNAVAILABLE: {
    status: 503,
    title: 'The log cannot be reached; nothing was stored',
    remedy: 'Send again after Retry-After seconds.',
  },
  LOG_UNCERTAIN: {
    status: 503,
    title: 'The log did not answer in time; the points may or may not be stored',
    remedy: 'Send again with the same Idempotency-Key or dedupe_id: they are then counted once.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The store cannot be reached',
    remedy: 'Try again after Retry-After seconds.',
  },
  BROKER_UNAVAILABLE: {
    status: 503,
    title: 'The broker of the agents cannot be reached',
    remedy: 'Start the broker, or name it in MQTT_URL, MQTT_ADMIN_URL and MQTT_AGENT_KEY; then try again.',
  },
  SESSIONS_UNAVAILABLE: {
    status: 503,
    title: 'Sessions cannot be read at the moment',
    remedy: 'Try again after Retry-After seconds, or use a token.',
  },
  AUTH_UNAVAILABLE: {
    status: 503,
    title: 'The token cannot be checked at the moment',
    remedy: 'Try again after Retry-After seconds.',
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    title: 'Too many attempts to sign in from this address',
    remedy: 'Try again after Retry-After seconds.',
  },
  STREAM_UNAVAILABLE: {
    status: 503,
    title: 'The live stream cannot be opened at the moment',
    remedy: 'Try again after Retry-After seconds.',
  },
  SHUTTING_DOWN: {
    status: 503,
    title: 'The server is stopping',
    remedy: 'Send again after Retry-After seconds.',
  },
  INTERNAL: {
    status: 500,
    title: 'The server has made a mistake',
    remedy: 'Report it with the instance of this answer.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errors

/** One faulty item of a request: where, what, and what to do. */
export interface ItemError {
  /** Index in the request's array; 0 for a single object. */
  readonly index: number
  readonly field: string | null
  readonly code: ErrorCode
  readonly detail: string
}

/** An RFC 9457 problem document, `application/problem+json`. */
export interface Problem {
  /** A name, not an address: `urn:streamgauge:error:` and the code. */
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  errors?: readonly ItemError[]
  [extension: string]: unknown
}

/** Builds the problem document of a code; `detail` defaults to the code's remedy. */
export function problem(code: ErrorCode, detail?: string, more: Record<string, unknown> = {}): Problem {
  const { status, title, remedy } = errors[code]
  return {
    type: `urn:streamgauge:error:${code}`,
    title,
    status,
    code,
    detail: detail ?? remedy,
    remedy,
    ...more,
  }
}
