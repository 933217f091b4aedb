import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { findTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { UsageError } from './command.ts'

export const environment = findEnvironment()

export async function withDatabase(work: (db: Database) => Promise<void>): Promise<void> {
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

export async function withLog(work: (log: Log) => Promise<void>): Promise<void> {
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

/** A variable that a command cannot do without. */
export function required(name: string, example: string): string {
  const value = environment[name]
  if (!value) {
    throw new UsageError(
      `${name} is not set and no "npm start" is running here; for example ${name}=${example}`,
    )
  }
  return value
}

/** The id of the tenant of that name; null without a name. */
export async function tenantIdOf(db: Database, name: unknown): Promise<number | null> {
  if (name === undefined) return null
  const tenant = await findTenant(db, String(name))
  if (!tenant) throw new Error(`There is no tenant ${name}; streamgauge tenant list names them.`)
  return tenant.id
}

/** Every row of a list that is read in pages; `key` is what the next page begins after. */
export async function* pages<Row, Key extends keyof Row>(
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
      MQTT_URL: services?.mqtt?.url,
      ...services?.mqtt?.environment,
      SMTP_URL: services?.smtp?.url,
      ...services?.smtp?.environment,
      ...process.env,
    }
  } catch {
    return process.env
  }
}
