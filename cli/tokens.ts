import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import {
  createToken,
  findTokensByPrefix,
  listTokens,
  newToken,
  revokeToken,
  type TokenRow,
} from '@streamgauge/adapters/mariadb/tokens.ts'
import { isCleanText } from '@streamgauge/core/names.ts'
import { type Scope, scopes } from '@streamgauge/core/scopes.ts'
import { type Command, type Input, UsageError } from './command.ts'
import { pages, tenantIdOf, withDatabase } from './services.ts'

const tenantOption = { tenant: { type: 'string' } } as const

export const tokenCommands: Readonly<Record<string, Command>> = {
  'token create': {
    options: {
      ...tenantOption,
      scope: { type: 'string', multiple: true },
      label: { type: 'string' },
      expires: { type: 'string' },
    },
    run: tokenCreate,
  },
  'token list': { options: tenantOption, run: tokenList },
  'token revoke': { run: tokenRevoke },
}

async function tokenCreate({ values }: Input): Promise<void> {
  const wanted = [values.scope ?? []].flat().flatMap((text) => String(text).split(',')) as Scope[]
  const label = String(values.label ?? 'cli')
  if (wanted.length === 0 || !wanted.every((scope) => scopes.includes(scope))) {
    throw new UsageError(`Name at least one --scope of ${scopes.join(', ')}.`)
  }
  if (wanted.includes('operator') !== (values.tenant === undefined)) {
    throw new UsageError('A token has either --scope operator or a --tenant.')
  }
  if (!isCleanText(label, 200)) throw new UsageError('A label has 1 to 200 characters.')
  const expiresAt = expiry(values.expires, Date.now())
  await withDatabase(async (db) => {
    const tenantId = await tenantIdOf(db, values.tenant)
    const token = newToken()
    const made = await createToken(db, { token, tenantId, label, scopes: wanted, expiresAt }, Date.now())
    // Only the token goes to standard output, so that a script can take it as it is.
    console.error(`Token ${made?.id} (${wanted.join(', ')}); it is shown this once:`)
    console.log(token)
  })
}

async function tokenList({ values }: Input): Promise<void> {
  await withDatabase(async (db) => {
    const tenantId = await tenantIdOf(db, values.tenant)
    for await (const row of pages(
      (after: number) => listTokens(db, tenantId, { after, limit: 500 }),
      0,
      'id',
    )) {
      console.log([row.id, `${row.prefix}…`, row.scopes.join(','), stateOf(row), row.label].join('\t'))
    }
  })
}

async function tokenRevoke({ positionals: [which] }: Input): Promise<void> {
  if (which === undefined) throw new UsageError('Name the token by its id or by its first characters.')
  await withDatabase(async (db) => {
    const id = /^\d+$/.test(which) ? Number(which) : await idOfPrefix(db, which.slice(0, 11))
    if (!(await revokeToken(db, id, Date.now()))) throw new Error(`There is no token ${which}.`)
    console.log(`Token ${id} is revoked; every process knows within 2 s.`)
  })
}

async function idOfPrefix(db: Database, prefix: string): Promise<number> {
  const found = await findTokensByPrefix(db, prefix)
  if (found.length === 1) return found[0].id
  if (found.length === 0) throw new Error(`There is no token that begins with ${prefix}.`)
  throw new Error(`Several tokens begin with ${prefix}: ids ${found.map(({ id }) => id).join(', ')}.`)
}

function stateOf(row: TokenRow): string {
  if (row.revokedAt !== null) return 'revoked'
  if (row.expiresAt !== null && row.expiresAt <= Date.now()) return 'expired'
  return row.expiresAt === null ? 'valid' : `valid until ${new Date(row.expiresAt).toISOString()}`
}

/** `30d`, `12h`, `15m` from now, or a date; epoch ms, or null for never. */
function expiry(text: unknown, now: number): number | null {
  if (text === undefined) return null
  const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
  const span = /^(\d{1,6})([mhd])$/.exec(String(text))
  const at = span ? now + Number(span[1]) * units[span[2]] : Date.parse(String(text))
  if (Number.isNaN(at))
    throw new UsageError('--expires takes a span such as 30d, 12h or 15m, or a date such as 2027-01-31.')
  if (at <= now) throw new UsageError('--expires lies in the past.')
  return at
}
