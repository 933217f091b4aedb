/** A gateway as a page reaches it. */
export interface Gateway {
  /** Where it is, without a slash at its end; '' on pages that it serves itself. */
  readonly base: string
  /** Sent with every request; without one the session of its own pages is used. */
  readonly token?: string | undefined
}

/** The one that served this page. */
export const ownGateway: Gateway = { base: '' }

/** The headers that say who asks. */
export function credentials({ token }: Gateway): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {}
}

/** The server's clock when it answered, epoch ms; undefined where it does not say, or may not be heard by this page. */
export function serverTime(headers: Headers): number | undefined {
  const text = headers.get('x-server-time')
  return text ? Number(text) : undefined
}
