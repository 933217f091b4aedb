import { Fault } from '@streamgauge/core/fault.ts'
import { limits } from '@streamgauge/core/limits.ts'

/** The parameters of every list. */
export const pageProperties = {
  limit: {
    type: 'integer',
    minimum: 1,
    default: limits.listDefault,
    description: `Items of a page; more than ${limits.listMax} are read as ${limits.listMax}.`,
  },
  cursor: { type: 'string', maxLength: 300, description: '`next` of the page before.' },
} as const

export interface PageQuery {
  limit?: number
  cursor?: string
}

/** A page of items in the order of a key: ask for one more than `limit` to know whether there are more. */
export function pageOf<T>(
  items: readonly T[],
  limit: number,
  keyOf: (item: T) => string,
): { items: T[]; next: string | null } {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return { items: page, next: items.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null }
}

export function clampLimit(limit: number | undefined): number {
  return Math.min(limit ?? limits.listDefault, limits.listMax)
}

function writeCursor(key: string): string {
  return Buffer.from(key).toString('base64url')
}

/** The key in a cursor; undefined for the first page. Throws the fault QUERY_INVALID. */
export function readCursor(cursor: string | undefined, valid: RegExp): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (!valid.test(key)) throw new Fault('QUERY_INVALID', 'cursor: is not one that this list has given.')
  return key
}

export const listSchema = (item: object) => ({
  type: 'object',
  properties: {
    items: { type: 'array', items: item },
    next: { type: ['string', 'null'], description: 'Cursor of the next page; null on the last.' },
  },
})
