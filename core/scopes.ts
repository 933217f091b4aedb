/** What a token may do: manage includes read; operator includes everything, in every tenant. */
export const scopes = ['ingest', 'read', 'manage', 'operator'] as const
export type Scope = (typeof scopes)[number]

const implied: Record<Scope, readonly Scope[]> = {
  ingest: ['ingest'],
  read: ['read'],
  manage: ['manage', 'read'],
  operator: scopes,
}

/** True when a token with these scopes may do what `needed` names. */
export function grants(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => implied[scope].includes(needed))
}

/** Who is calling: a verified token. `tenant` is null for an operator token. */
export interface Principal {
  readonly tokenId: number
  readonly tenantId: number | null
  readonly tenant: string | null
  readonly scopes: readonly Scope[]
}
