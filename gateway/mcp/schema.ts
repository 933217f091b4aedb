import { limits } from '@streamgauge/core/limits.ts'
import { tagsSchema } from '../responses.ts'
import type { ObjectSchema } from './tool.ts'

export const text = (maxLength: number, description: string) => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
})
export const texts = (maxItems: number, maxLength: number, description: string) => ({
  type: 'array',
  maxItems,
  items: { type: 'string', minLength: 1, maxLength },
  description,
})
export const nullable = (type: string, description: string) => ({ type: [type, 'null'], description })

/** Takes these arguments and no others. */
export function takes(properties: Record<string, object>, ...required: string[]): ObjectSchema {
  return { type: 'object', additionalProperties: false, required, properties }
}

/** Answers these fields, all of them always. */
export function gives(properties: Record<string, object>): ObjectSchema {
  return { type: 'object', required: Object.keys(properties), properties }
}

export const tenant = text(63, 'Name of a tenant; that of the token when left out. An operator names one.')
export const agents = texts(20, limits.agentIdLength, 'Only these agents.')
export const metrics = texts(20, limits.metricNameLength, 'Only these metrics.')
export const tags = { ...tagsSchema, description: 'The tags of the series.' }
export const unit = nullable(
  'string',
  'Unit of the values: as the system agent measures, else by the last word of the name; null: not known.',
)
export const time = (description: string) => ({ type: 'string', format: 'date-time', description })
export const timeOrNull = (description: string) => ({ type: ['string', 'null'], description })
export const timeAsked = (description: string) =>
  text(40, `${description} RFC 3339 with a zone, epoch ms, now, or relative such as -1h (ms, s, m, h, d).`)

/** The arguments of every list. */
export const page = {
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: limits.mcpItems,
    default: limits.mcpItemsDefault,
    description: 'Items of one answer.',
  },
  cursor: text(300, '`next` of the answer before.'),
}

/** Answers a list with where it goes on. */
export function list(what: string, item: ObjectSchema): ObjectSchema {
  return gives({
    items: { type: 'array', items: item, description: what },
    next: nullable('string', 'The `cursor` for the items after these; null: there are no more.'),
  })
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()
export const isoOrNull = (ms: number | null | undefined): string | null => (ms == null ? null : isoTime(ms))
