import { isAgentId, isCleanText } from './names.ts'
import { tagsFault } from './series-cache.ts'

/** What is wrong with one field of a body, in words for the person who sent it. */
export interface FieldFault {
  readonly field: string
  readonly detail: string
}

/** A body that was read: the value, or everything that is wrong with it. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly FieldFault[] }

/** Reads the fields of a body one by one and collects what is wrong with them. */
export class Fields {
  readonly faults: FieldFault[] = []
  readonly #body: Readonly<Record<string, unknown>>

  /** `known`: every other field is a fault. */
  constructor(body: unknown, known: readonly string[]) {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
    this.#body = isObject ? (body as Record<string, unknown>) : {}
    if (!isObject) this.fault('', 'The body must be an object.')
    for (const field of Object.keys(this.#body)) {
      if (!known.includes(field)) this.fault(printable(field), `is not known; there are ${known.join(', ')}.`)
    }
  }

  fault(field: string, detail: string): void {
    this.faults.push({ field, detail })
  }

  /** The field as it came; null counts as left out. */
  raw(field: string): unknown {
    return this.#body[field] ?? undefined
  }

  text(field: string, maxLength: number): string | undefined {
    const value = this.raw(field)
    if (value === undefined) return undefined
    if (typeof value === 'string' && isCleanText(value, maxLength) && value.trim() !== '') return value
    this.fault(field, `must have 1 to ${maxLength} characters without control characters.`)
    return undefined
  }

  choice<T extends string>(field: string, choices: readonly T[]): T | undefined {
    const value = this.raw(field)
    if (value === undefined || choices.includes(value as T)) return value as T | undefined
    this.fault(field, `must be one of ${choices.join(' ')}.`)
    return undefined
  }

  number(field: string): number | undefined {
    const value = this.raw(field)
    if (value === undefined || Number.isFinite(value)) return value as number | undefined
    this.fault(field, 'must be a finite number.')
    return undefined
  }

  /** Seconds, to the millisecond, as ms. */
  seconds(field: string, mostMs: number): number | undefined {
    const value = this.raw(field)
    if (value === undefined) return undefined
    const ms = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN
    if (ms >= 0 && ms <= mostMs) return ms
    this.fault(field, `must be a number of seconds from 0 to ${mostMs / 1000}.`)
    return undefined
  }

  flag(field: string): boolean | undefined {
    const value = this.raw(field)
    if (value === undefined || typeof value === 'boolean') return value
    this.fault(field, 'must be true or false.')
    return undefined
  }

  agent(field: string): string | undefined {
    const value = this.raw(field)
    if (value === undefined || (typeof value === 'string' && isAgentId(value))) return value
    this.fault(field, 'must have 1 to 128 letters, digits and . _ : - beginning with a letter or digit.')
    return undefined
  }

  tags(field: string): Readonly<Record<string, string>> | undefined {
    const value = this.raw(field)
    if (value === undefined) return undefined
    const isObject = typeof value === 'object' && !Array.isArray(value)
    const fault = isObject ? tagsFault(value as Record<string, unknown>) : 'it is something else'
    if (fault === undefined) return value as Record<string, string>
    this.fault(field, `must be a flat object of strings: ${fault}.`)
    return undefined
  }

  /** An array of 0 to `most` different items; what is wrong with one, `faultOf` says. */
  list<T extends string | number>(
    field: string,
    most: number,
    faultOf: (item: unknown) => string | undefined,
  ): readonly T[] | undefined {
    const value = this.raw(field)
    if (value === undefined) return undefined
    if (!Array.isArray(value) || value.length > most) {
      this.fault(field, `must be an array of at most ${most}.`)
      return undefined
    }
    const at = value.findIndex((item) => faultOf(item) !== undefined)
    if (at >= 0) this.fault(`${field}.${at}`, `${faultOf(value[at])}.`)
    else if (new Set(value).size < value.length) this.fault(field, 'names something twice.')
    else return value as T[]
    return undefined
  }

  /** Tells of a field that must be there and isn't. */
  need(...fields: readonly string[]): void {
    for (const field of fields) if (this.raw(field) === undefined) this.fault(field, 'is missing.')
  }
}

function printable(field: string): string {
  return [...field.toWellFormed()]
    .slice(0, 64)
    .join('')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
}
