#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant, findTenant, listTenants } from '@streamgauge/adapters/mariadb/tenants.ts'
import {
  createToken,
  findTokensByPrefix,
  listTokens,
  newToken,
  revokeToken,
  type TokenRow,
  tokenPattern,
} from '@streamgauge/adapters/mariadb/tokens.ts'
import { isCleanText, isTenantName } from '@streamgauge/core/names.ts'
import { type Scope, scopes } from '@streamgauge/core/scopes.ts'

const usage = `Usage: streamgauge <command>

  init                                     migrations, topics and the operator token of OPERATOR_TOKEN
  tenant create <name> [--series N] [--quota POINTS_PER_S]
  tenant list
  token create --tenant <name> --scope ingest [--scope read …] [--label TEXT] [--expires 30d|2027-01-31]
  token create --scope operator [--label TEXT]
  token list [--tenant <name>]             without a tenant: operator tokens
  token revoke <id or prefix>
  sign-in [--tenant <name>]                a new one-time link to the dashboard

Services are taken from DATABASE_URL, KAFKA_BROKERS, …, else from .streamgauge/local.json of a running "npm start".
`

/** A mistake of the person at the keyboard, told without a stack. */
class UsageError extends Error {}

interface Input {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | string[] | boolean | undefined>>
}

interface Command {
  readonly options?: ParseArgsOptionsConfig
  run(input: Input): Promise<void>
}

const tenantOption = { tenant: { type: 'string' } } as const
const commands: Readonly<Record<string, Command>> = {
  init: { run: init },
  'tenant create': {
    options: { series: { type: 'string' }, quota: { type: 'string' } },
    run: tenantCreate,
  },
  'tenant list': { run: tenantList },
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
  'sign-in': { options: tenantOption, run: signIn },
}

const environment = findEnvironment()

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  console.error(error instanceof Error ? error.message || String(error) : String(error))
}

async function main(args: string[]): Promise<void> {
  if (args.length === 0 || ['help', '--help', '-h'].includes(args[0])) {
    console.log(usage)
    return
  }
  const words = args.findIndex((arg) => arg.startsWith('-'))
  const spoken = (words < 0 ? args : args.slice(0, words)).slice(0, 2)
  const name = [spoken.join(' '), spoken[0]].find((candidate) => Object.hasOwn(commands, candidate))
  if (name === undefined) throw new UsageError(`There is no command "${spoken.join(' ')}".\n\n${usage}`)
  const rest = args.slice(name.split(' ').length)
  await commands[name].run(parse(rest, commands[name].options ?? {}))
}

function parse(args: string[], options: ParseArgsOptionsConfig): Input {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true }) as Input
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

async function init(): Promise<void> {
  await withDatabase(async (db) => {
    const applied = await migrate(db)
    console.log(
      applied.length > 0 ? `Migrations applied: ${applied.join(', ')}` : 'The schema is up to date.',
    )
    await withLog((log) => log.ensureTopics())
    console.log('The topics are there.')
    const token = environment.OPERATOR_TOKEN
    if (!token) return
    if (!tokenPattern.test(token)) {
      throw new UsageError('OPERATOR_TOKEN must be "sg_" and 43 to 128 letters, digits, - or _.')
    }
    const made = await createToken(
      db,
      { token, tenantId: null, label: 'init', scopes: ['operator'], expiresAt: null },
      Date.now(),
    )
    console.log(
      made ? `Operator token ${made.prefix}… is known now.` : 'The operator token is known already.',
    )
  })
}

async function tenantCreate({ positionals: [name], values }: Input): Promise<void> {
  if (name === undefined || !isTenantName(name)) {
    throw new UsageError('A tenant name has 1 to 63 lower-case letters, digits and hyphens, no hyphen first.')
  }
  const limits = { seriesLimit: count(values, 'series'), quotaPointsPerSecond: count(values, 'quota') }
  await withDatabase(async (db) => {
    const tenant = await createTenant(db, { name, ...limits }, Date.now())
    if (!tenant) throw new Error(`The tenant ${name} exists already.`)
    console.log(`Tenant ${name} created. Next: streamgauge token create --tenant ${name} --scope ingest`)
  })
}

async function tenantList(): Promise<void> {
  await withDatabase(async (db) => {
    for await (const tenant of pages((after: string) => listTenants(db, { after, limit: 500 }), '', 'name')) {
      console.log(`${tenant.name}\t${new Date(tenant.createdAt).toISOString()}`)
    }
  })
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

async function signIn({ values }: Input): Promise<void> {
  const url = required('PUBLIC_URL', 'http://127.0.0.1:8080')
  const token = required('OPERATOR_TOKEN', 'sg_…')
  const response = await fetch(`${url}/api/v1/sign-in-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(values.tenant === undefined ? {} : { tenant: values.tenant }),
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw new Error(`${url} does not answer: is "npm start" running?`, { cause: error })
  })
  const answer = (await response.json()) as { url?: string; detail?: string }
  if (!response.ok || !answer.url) throw new Error(answer.detail ?? `${url} answered ${response.status}.`)
  console.log(answer.url)
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

function count(values: Input['values'], name: string): number | null {
  const text = values[name]
  if (text === undefined) return null
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 4_000_000_000) {
    throw new UsageError(`--${name} takes a whole number above 0.`)
  }
  return number
}

async function tenantIdOf(db: Database, name: unknown): Promise<number | null> {
  if (name === undefined) return null
  const tenant = await findTenant(db, String(name))
  if (!tenant) throw new Error(`There is no tenant ${name}; streamgauge tenant list names them.`)
  return tenant.id
}

/** Every row of a list that is read in pages; `key` is what the next page begins after. */
async function* pages<Row, Key extends keyof Row>(
  read: (after: Row[Key]) => Promise<Row[]>,
  first: Row[Key],
  key: Key,
): AsyncGenerator<Row> {
  for (let after = first; ; ) {
    const rows = await read(after)
    if (rows.length === 0) return
    yield* rows
    after = rows[rows.length - 1][key]
  }
}

async function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
  const db = openDatabase({
    url: required('DATABASE_URL', 'mysql://user:password@127.0.0.1:3306/streamgauge'),
    connectionLimit: 2,
  })
  try {
    await work(db)
  } finally {
    await db.close()
  }
}

async function withLog(work: (log: Log) => Promise<void>): Promise<void> {
  const config = readConfig(environment)
  const log = await openLog({
    ...config.kafka,
    retentionBytes: config.retentionBytes,
    clientId: 'streamgauge-cli',
    logger: createLog({ name: 'cli', level: 'warn', terminal: true }),
  })
  try {
    await work(log)
  } finally {
    await log.close()
  }
}

function required(name: string, example: string): string {
  const value = environment[name]
  if (!value) {
    throw new UsageError(
      `${name} is not set and no "npm start" is running here; for example ${name}=${example}`,
    )
  }
  return value
}

/** The environment, filled up with what a local start has written down. */
function findEnvironment(): Record<string, string | undefined> {
  try {
    const file = join(process.env.STREAMGAUGE_DATA ?? '.streamgauge', 'local.json')
    const { url, operator_token, services } = JSON.parse(readFileSync(file, 'utf8'))
    return {
      PUBLIC_URL: url,
      OPERATOR_TOKEN: operator_token,
      DATABASE_URL: services?.mariadb?.url,
      KAFKA_BROKERS: services?.kafka?.url,
      REDIS_URL: services?.redis?.url,
      ...process.env,
    }
  } catch {
    return process.env
  }
}
