import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type MayReach, reachable } from './addresses.ts'

/**
 * Whether webhooks could be sent to this address now; the answer is why not, in one sentence, or undefined. A name that
 * can't be looked up now is no fault: every try looks it up and holds the address itself against the same networks.
 */
export async function checkWebhookUrl(url: string, allow: readonly string[]): Promise<string | undefined> {
  const parsed = URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return 'The address must begin with https:// or http://.'
  if (parsed.username || parsed.password) return 'The address must not carry a user name or password.'
  const mayReach = reachable(allow)
  const host = hostOf(parsed)
  const addresses = isIP(host) ? [host] : await resolve(host)
  return addresses.length > 0 && !addresses.some(mayReach) ? refusal(host) : undefined
}

/** Without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** The addresses are left out: names inside may be nobody's business. */
export function refusal(host: string): string {
  return `${host} leads to an address where webhooks are not sent: it is private, or reserved.`
}

export class ForbiddenAddress extends Error {}

/** Throws when a host is an address that may not be reached; names are held against it when they are looked up. */
export function refuseAddress(host: string, mayReach: MayReach): void {
  if (isIP(host) && !mayReach(host)) throw new ForbiddenAddress(refusal(host))
}

async function resolve(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}
