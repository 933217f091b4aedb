import { Fields, type Read } from './field-faults.ts'
import { limits } from './limits.ts'
import { isCleanText } from './names.ts'

/** What a token of the scope publish is good for: it stands in pages, where anybody can read it. */
export interface PublishTerms {
  readonly metrics: readonly string[]
  /** Of the pages, as browsers name them. */
  readonly origins: readonly string[]
  /** Requests a minute, of all who use the token together. */
  readonly rate: number
}

export const publishFields = ['metrics', 'origins', 'rate'] as const

/** Reads the terms as a client sends them: the terms, or what is wrong with each field. */
export function readPublishTerms(body: unknown): Read<PublishTerms> {
  const fields = new Fields(body, publishFields)
  fields.need('metrics', 'origins')
  const metrics = atLeastOne(fields, 'metrics', limits.publishMetrics, metricFault)
  const origins = atLeastOne(fields, 'origins', limits.publishOrigins, originFault)
  const rate = fields.number('rate') ?? limits.publishRate
  if (!Number.isInteger(rate) || rate < 1 || rate > limits.publishRateMax) {
    fields.fault('rate', `must be a whole number of requests a minute, from 1 to ${limits.publishRateMax}.`)
  }
  if (fields.faults.length > 0) return { ok: false, faults: fields.faults }
  return { ok: true, value: { metrics, origins, rate } }
}

function atLeastOne(
  fields: Fields,
  field: string,
  most: number,
  faultOf: (item: unknown) => string | undefined,
): readonly string[] {
  const list = fields.list<string>(field, most, faultOf)
  if (list?.length === 0) fields.fault(field, 'must name at least one.')
  return list ?? []
}

function metricFault(item: unknown): string | undefined {
  if (typeof item === 'string' && isCleanText(item, limits.metricNameLength)) return undefined
  return `must be a metric name of 1 to ${limits.metricNameLength} characters`
}

/** An origin is compared with the header Origin byte by byte, so it must be written as browsers write it. */
function originFault(item: unknown): string | undefined {
  if (typeof item !== 'string' || item.length > limits.originLength) {
    return `must be an origin of at most ${limits.originLength} characters`
  }
  if (item.includes('*')) return 'must be one exact origin: there are no wildcards'
  const url = URL.parse(item)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    return 'must be an origin such as https://shop.example'
  }
  return url.origin === item ? undefined : `must be an origin as browsers write it: ${url.origin}`
}
