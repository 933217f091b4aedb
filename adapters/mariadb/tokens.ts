import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { PublishTerms } from '@streamgauge/core/publish.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'
import type { Queryable } from './pool.ts'
import type { Tenant } from './tenants.ts'

/** A token as stored: everything about it except the token, of which only the SHA-256 exists. */
export interface TokenRow {
  readonly id: number
  /** Null: an operator token. */
  readonly tenantId: number | null
  readonly prefix: string
  readonly label: string
  readonly scopes: readonly Scope[]
  /** Of a token with the scope publish; null for all others. */
  readonly publish: PublishTerms | null
  /** Times are epoch ms. */
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
}

/** A token row together with its tenant, as a verdict needs it. */
export interface TokenHolder {
  readonly token: TokenRow
  readonly tenant: Tenant | null
}

/** What a token looks like; those made here have 43 characters, one given to `init` may be longer. */
export const tokenPattern = /^sgp?_[A-Za-z0-9_-]{43,128}$/
/** What one of the scope publish looks like: people and programs tell it from those that are secret. */
export const publishTokenPattern = /^sgp_[A-Za-z0-9_-]{43,128}$/
const prefixLength = 11

type Stored = Omit<TokenRow, 'scopes' | 'publish'> & {
  readonly scopes: string
  readonly hash: Buffer
  readonly metrics: string | null
  readonly origins: string | null
  readonly rate: number | null
}
type StoredHolder = Stored & {
  readonly tenantName: string | null
  readonly seriesLimit: number | null
  readonly quotaPointsPerSecond: number | null
  readonly tenantCreatedAt: number
}

const columns = `tokens.id, tokens.tenant_id AS tenantId, tokens.hash, tokens.prefix, tokens.label, tokens.scopes,
  CAST(tokens.metrics AS CHAR) AS metrics, CAST(tokens.origins AS CHAR) AS origins, tokens.rate,
  tokens.created_at AS createdAt, tokens.expires_at AS expiresAt, tokens.revoked_at AS revokedAt,
  tokens.last_used_at AS lastUsedAt`
const holder = `SELECT ${columns}, tenants.name AS tenantName, tenants.series_limit AS seriesLimit,
  tenants.quota_points_per_second AS quotaPointsPerSecond, tenants.created_at AS tenantCreatedAt
  FROM tokens LEFT JOIN tenants ON tenants.id = tokens.tenant_id`

/** A new secret: `sg_`, or `sgp_` for the scope publish, and 32 random bytes. */
export function newToken(kind: 'sg' | 'sgp' = 'sg'): string {
  return `${kind}_${randomBytes(32).toString('base64url')}`
}

/** What the database knows of a token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Stores a token and answers its row; undefined when the same token is stored already. */
export async function createToken(
  db: Queryable,
  input: {
    token: string
    tenantId: number | null
    label: string
    scopes: readonly Scope[]
    publish?: PublishTerms | null
    expiresAt: number | null
  },
  now: number,
): Promise<TokenRow | undefined> {
  const { publish = null } = input
  const { affectedRows, insertId } = await db.execute(
    `INSERT INTO tokens (tenant_id, hash, prefix, label, scopes, metrics, origins, rate, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = id`,
    [
      input.tenantId,
      hashToken(input.token),
      input.token.slice(0, prefixLength),
      input.label,
      input.scopes.join(','),
      publish && JSON.stringify(publish.metrics),
      publish && JSON.stringify(publish.origins),
      publish?.rate ?? null,
      now,
      input.expiresAt,
    ],
  )
  if (affectedRows === 0) return undefined
  return {
    id: insertId,
    tenantId: input.tenantId,
    prefix: input.token.slice(0, prefixLength),
    label: input.label,
    scopes: input.scopes,
    publish,
    createdAt: now,
    expiresAt: input.expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  }
}

/** Looks a token up by the SHA-256 of it. */
export async function findTokenByHash(db: Queryable, hash: Buffer): Promise<TokenHolder | undefined> {
  const [row] = await db.query<StoredHolder>(`${holder} WHERE tokens.hash = ?`, [hash])
  // The index found it by bytes; comparing again in constant time keeps timing out of what a caller can learn.
  return row && timingSafeEqual(row.hash, hash) ? readHolder(row) : undefined
}

export async function findTokenById(db: Queryable, id: number): Promise<TokenHolder | undefined> {
  const [row] = await db.query<StoredHolder>(`${holder} WHERE tokens.id = ?`, [id])
  return row && readHolder(row)
}

/** Tokens of a tenant (null: operator tokens) by id, after `after`; revoked ones included. */
export async function listTokens(
  db: Queryable,
  tenantId: number | null,
  page: { after: number; limit: number },
): Promise<TokenRow[]> {
  const rows = await db.query<Stored>(
    `SELECT ${columns} FROM tokens WHERE tenant_id <=> ? AND id > ? ORDER BY id LIMIT ?`,
    [tenantId, page.after, page.limit],
  )
  return rows.map(readToken)
}

/** Tokens whose prefix begins with this text, of any tenant: for people who hold only the first characters. */
export async function findTokensByPrefix(db: Queryable, prefix: string): Promise<TokenRow[]> {
  const rows = await db.query<Stored>(
    `SELECT ${columns} FROM tokens WHERE LEFT(prefix, ?) = ? ORDER BY id LIMIT 10`,
    [prefix.length, prefix],
  )
  return rows.map(readToken)
}

/** Revokes a token; idempotent, the first time stays. True when the token exists. */
export async function revokeToken(db: Queryable, id: number, now: number): Promise<boolean> {
  await db.execute('UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [now, id])
  const [row] = await db.query('SELECT 1 FROM tokens WHERE id = ?', [id])
  return row !== undefined
}

/** Notes that a token was used; called rarely, see `adapters/auth.ts`. */
export async function touchToken(db: Queryable, id: number, now: number): Promise<void> {
  await db.execute('UPDATE tokens SET last_used_at = GREATEST(COALESCE(last_used_at, 0), ?) WHERE id = ?', [
    now,
    id,
  ])
}

function readToken({ hash: _, metrics, origins, rate, ...row }: Stored): TokenRow {
  const publish =
    metrics === null || origins === null || rate === null
      ? null
      : { metrics: JSON.parse(metrics), origins: JSON.parse(origins), rate }
  return { ...row, scopes: row.scopes.split(',') as Scope[], publish }
}

function readHolder(row: StoredHolder): TokenHolder {
  const { tenantName, seriesLimit, quotaPointsPerSecond, tenantCreatedAt, ...token } = row
  const tenant =
    token.tenantId === null || tenantName === null
      ? null
      : {
          id: token.tenantId,
          name: tenantName,
          seriesLimit,
          quotaPointsPerSecond,
          createdAt: tenantCreatedAt,
        }
  return { token: readToken(token), tenant }
}
