import { limits } from '../limits.ts'
import { agentPattern } from '../names.ts'

const point = {
  type: 'object',
  additionalProperties: false,
  required: ['metric_name', 'value'],
  properties: {
    metric_name: {
      type: 'string',
      minLength: 1,
      maxLength: limits.metricNameLength,
      description: 'No control characters.',
      example: 'cpu.usage',
    },
    value: { type: 'number', description: 'Finite.', example: 12.5 },
    timestamp: {
      description: 'RFC 3339 with a zone, or epoch milliseconds; the time of arrival when left out.',
      anyOf: [
        { type: 'string', minLength: 20, maxLength: 40, example: '2026-01-31T12:00:00Z' },
        { type: 'number' },
      ],
    },
    tags: {
      type: 'object',
      maxProperties: limits.tagsPerPoint,
      propertyNames: { minLength: 1, maxLength: limits.tagKeyLength, not: { const: '__proto__' } },
      additionalProperties: { type: 'string', maxLength: limits.tagValueLength },
      example: { region: 'eu' },
    },
    agent_id: { type: 'string', pattern: agentPattern, example: 'web-1' },
    dedupe_id: {
      type: 'string',
      minLength: 1,
      maxLength: limits.dedupeIdLength,
      description: 'A point with the same id within 24 hours is counted once.',
    },
  },
} as const

const itemErrors = {
  type: 'array',
  maxItems: limits.errorsPerAnswer,
  items: {
    type: 'object',
    properties: {
      index: { type: 'integer' },
      field: { type: ['string', 'null'] },
      code: { type: 'string' },
      detail: { type: 'string' },
    },
  },
} as const

/** What `POST /api/v1/metrics` takes; `core/point.ts` checks it by hand and is pinned to this by a test. */
export const ingestBody = {
  oneOf: [point, { type: 'array', minItems: 1, maxItems: limits.pointsPerRequest, items: point }],
} as const

export const ingestQuery = {
  type: 'object',
  properties: {
    partial: {
      type: 'boolean',
      default: false,
      description: 'Take the valid points and name the others, instead of refusing all.',
    },
  },
} as const

export const ingestAnswer = {
  type: 'object',
  required: ['accepted'],
  properties: {
    accepted: { type: 'integer', description: 'Points that the log has acknowledged.' },
    rejected: { type: 'integer', description: 'Faulty points; with partial=true only.' },
    errors: itemErrors,
  },
} as const
