import { callApi, expectStatus } from './api.ts'

/** The tokens of the first tenant, one for each thing people do. */
export type DemoTokens = Readonly<Record<'ingest' | 'read' | 'manage', string>>

interface Access {
  /** Where the server is. */
  readonly url: string
  readonly operatorToken: string
}

/** The first tenant. */
export const tenant = 'demo'

/** Makes the tenant `demo` and its tokens where they are missing; tokens that still work are kept. */
export async function ensureDemo(access: Access, kept: Partial<DemoTokens>): Promise<DemoTokens> {
  const { url, operatorToken: token } = access
  expectStatus(
    await callApi(`${url}/api/v1/tenants`, { token, method: 'POST', body: { name: tenant } }),
    201,
    409,
  )
  const [ingest, read, manage] = await Promise.all([
    ensureToken(access, 'ingest', kept.ingest),
    ensureToken(access, 'read', kept.read),
    ensureToken(access, 'manage', kept.manage),
  ])
  return { ingest, read, manage }
}

/** A link that signs in once. */
export async function makeSignInLink({ url, operatorToken: token }: Access): Promise<string> {
  const reply = await callApi(`${url}/api/v1/sign-in-links`, { token, method: 'POST', body: {} })
  return String(expectStatus(reply, 201).url)
}

async function ensureToken(
  access: Access,
  scope: keyof DemoTokens,
  kept: string | undefined,
): Promise<string> {
  const url = `${access.url}/api/v1/tenants/${tenant}`
  // 403 is a good token that may not read this: only 401 says it is worth nothing.
  if (kept !== undefined && (await callApi(url, { token: kept })).status !== 401) return kept
  const body = { label: `npm start, ${scope}`, scopes: [scope] }
  const reply = await callApi(`${url}/tokens`, { token: access.operatorToken, method: 'POST', body })
  return String(expectStatus(reply, 201).token)
}
