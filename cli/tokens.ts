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
import { type PublishTerms, readPublishTerms } from '@streamgauge/core/publish.ts'
import { type Scope, scopes } from '@streamgauge/core/scopes.ts'
import { type Command, count, type Input, UsageError } from './command.ts'
import { pages, tenantIdOf, withDatabase } from './services.ts'

const tenantOption = { tenant: { type: 'string' } } as const

export const tokenCommands: Readonly<Record<string, Command>> = {
  'token create': {
    options: {
      ...tenantOption,
      scope: { type: 'string', multiple: true },
      label: { type: 'string' },
      expires: { type: 'string' },
      metric: { type: 'string', multiple: true },
      origin: { type: 'string', multiple: true },
      rate: { type: 'string' },
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
  const publish = publishTerms(values, wanted)
  await withDatabase(async (db) => {
    const tenantId = await tenantIdOf(db, values.tenant)
    const token = newToken(publish ? 'sgp' : 'sg')
    const input = { token, tenantId, label, scopes: wanted, publish, expiresAt }
    const made = await createToken(db, input, Date.now())
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
      const terms = row.publish ? [...row.publish.metrics, ...row.publish.origins].join(' ') : ''
      console.log(
        [row.id, `${row.prefix}…`, row.scopes.join(','), stateOf(row), row.label, terms].join('\t').trimEnd(),
      )
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

/** What a token of the scope publish is good for; null for all others. */
function publishTerms(values: Input['values'], wanted: readonly Scope[]): PublishTerms | null {
  const given = ['metric', 'origin', 'rate'].filter((name) => values[name] !== undefined)
  if (!wanted.includes('publish')) {
    if (given.length === 0) return null
    throw new UsageError(`--${given[0]} belongs to --scope publish.`)
  }
  if (wanted.length > 1) throw new UsageError('--scope publish stands alone; make another token.')
  const { metric: metrics, origin: origins } = values
  const read = readPublishTerms({ metrics, origins, rate: count(values, 'rate') })
  if (read.ok) return read.value
  const [{ field, detail }] = read.faults
  throw new UsageError(`--${field.replace(/s(\.\d+)?$/, '')} ${detail}`)
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
