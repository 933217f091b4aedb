import { type ErrorCode, errors } from '@streamgauge/core/errors.ts'

const problemSchema = {
  type: 'object',
  description: 'An RFC 9457 problem document.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    remedy: { type: 'string' },
  },
} as const

/** Response schemas of a route: the answer, and the problems it may give, under their status. */
export function responses(
  answer: Record<number, object>,
  ...codes: readonly ErrorCode[]
): Record<number, object> {
  const byStatus = Map.groupBy(codes, (code) => errors[code].status)
  const problems = [...byStatus].map(([status, some]) => [
    status,
    {
      description: some.map((code) => `${code}: ${errors[code].title}.`).join(' '),
      content: {
        'application/problem+json': {
          schema: { ...problemSchema, properties: { ...problemSchema.properties, code: { enum: some } } },
        },
      },
    },
  ])
  return { ...answer, ...Object.fromEntries(problems) }
}

/** What every route behind `requireScope` may answer. */
export const guarded = ['UNAUTHENTICATED', 'FORBIDDEN', 'AUTH_UNAVAILABLE', 'SESSIONS_UNAVAILABLE'] as const

/** What routes that tokens of the scope publish may use answer beside. */
export const published = [...guarded, 'ORIGIN_NOT_ALLOWED', 'METRIC_NOT_PUBLISHED', 'RATE_EXCEEDED'] as const

export const tenantParams = {
  type: 'object',
  required: ['tenant'],
  properties: { tenant: { type: 'string', description: 'Name of a tenant.' } },
} as const

/** One value or several: `?metric=a&metric=b`. */
export const manyTexts = (maxLength: number, description: string) => ({
  description,
  anyOf: [
    { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength } },
    { type: 'string', minLength: 1, maxLength },
  ],
})

/** The values of a parameter that `manyTexts` describes. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

export const lastPoint = {
  anyOf: [
    {
      type: 'object',
      description: 'The newest point.',
      properties: {
        ts: { type: 'integer', description: 'Epoch ms.' },
        value: { type: 'number' },
      },
    },
    { type: 'null' },
  ],
} as const

export const tagsSchema = { type: 'object', additionalProperties: { type: 'string' } } as const
