export { responses } from '@streamgauge/adapters/http/responses.ts'

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
