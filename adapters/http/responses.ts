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
