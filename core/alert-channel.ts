import { Fields, type Read } from './field-faults.ts'
import { limits } from './limits.ts'

export const channelTypes = ['webhook', 'email'] as const

/** Where alerts are told. */
export type AlertChannel =
  | { readonly type: 'webhook'; readonly name: string; readonly url: string }
  | { readonly type: 'email'; readonly name: string; readonly to: readonly string[] }

/** A channel as clients see it; times are epoch ms. */
export type AlertChannelJson = AlertChannel & {
  readonly id: number
  readonly created_at: number
  /** Why nothing is sent any more; null while it is. Saving the channel again enables it. */
  readonly disabled_reason: string | null
  readonly disabled_at: number | null
}

/** Fields that answers carry and bodies may: what was read can be sent back. */
const answered = ['id', 'created_at', 'disabled_reason', 'disabled_at']

/** Reads a channel as a client sends it: the channel, or what is wrong with each field. */
export function readAlertChannel(body: unknown): Read<AlertChannel> {
  const fields = new Fields(body, ['type', 'name', 'url', 'to', ...answered])
  fields.need('type')
  const type = fields.choice('type', channelTypes)
  const name = fields.text('name', limits.alertNameLength)
  const [own, foreign] = type === 'email' ? ['to', 'url'] : ['url', 'to']
  if (type) {
    fields.need(own)
    if (fields.raw(foreign) !== undefined) fields.fault(foreign, `does not belong to the type ${type}.`)
  }
  const channel = type === 'email' ? readEmail(fields, name) : readWebhook(fields, name)
  return fields.faults.length > 0 ? { ok: false, faults: fields.faults } : { ok: true, value: channel }
}

function readWebhook(fields: Fields, name: string | undefined): AlertChannel {
  const text = fields.text('url', limits.webhookUrlLength)
  const url = text === undefined ? null : URL.parse(text)
  const fault = text === undefined ? undefined : urlFault(url)
  if (fault) fields.fault('url', fault)
  const host = url?.host ?? ''
  return { type: 'webhook', name: name ?? host.slice(0, limits.alertNameLength), url: url?.href ?? '' }
}

function urlFault(url: URL | null): string | undefined {
  if (!url) return 'must be a whole address such as https://example.com/hooks/alerts.'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://.'
  if (url.href.length > limits.webhookUrlLength)
    return `must have at most ${limits.webhookUrlLength} characters.`
  if (url.username || url.password) return 'must not carry a user name or password; requests are signed.'
  return url.hash ? 'must not have a fragment.' : undefined
}

function readEmail(fields: Fields, name: string | undefined): AlertChannel {
  const to = fields.list<string>('to', limits.recipientsPerChannel, recipientFault) ?? []
  if (Array.isArray(fields.raw('to')) && to.length === 0 && fields.faults.length === 0) {
    fields.fault('to', 'must name at least one address.')
  }
  return { type: 'email', name: name ?? (to[0] ?? '').slice(0, limits.alertNameLength), to }
}

/** Addresses go into headers and commands of a mail server: nothing in them may end one and begin another. */
const address =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()[\]\\,;:"]{1,190}\.[^\s@<>()[\]\\,;:".]{1,63}$/

function recipientFault(item: unknown): string | undefined {
  const fits = typeof item === 'string' && item.length <= limits.recipientLength && item.isWellFormed()
  return fits && address.test(item) ? undefined : 'must be an address such as name@example.com'
}
