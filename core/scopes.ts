import type { PublishTerms } from './publish.ts'

/**
 * What a token may do: manage includes read; operator includes everything, in every tenant. Publish stands alone: a
 * few addresses, and of those what its terms name.
 */
export const scopes = ['ingest', 'read', 'manage', 'operator', 'publish'] as const
export type Scope = (typeof scopes)[number]

const implied: Record<Scope, readonly Scope[]> = {
  ingest: ['ingest'],
  read: ['read'],
  manage: ['manage', 'read'],
  operator: scopes,
  publish: ['publish'],
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
  /** Of a token with the scope publish; null for all others. */
  readonly publish: PublishTerms | null
}
