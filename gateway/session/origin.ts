import type { IncomingHttpHeaders } from 'node:http'

/**
 * True when a request comes from a page of this server. A browser names the origin of everything that is not a plain
 * GET; what names none is no browser and has no business with a cookie.
 */
export function fromOwnPage(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers
  if (origin === undefined) return headers['sec-fetch-site'] === 'same-origin'
  if (!URL.canParse(origin)) return false
  const named = new URL(origin)
  return named.origin === new URL(publicUrl).origin || named.host === host
}
