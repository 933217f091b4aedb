import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection, Database, Queryable } from './pool.ts'

const folder = join(import.meta.dirname, 'migrations')
const lockName = 'streamgauge.migrations'
const lockSeconds = 60

/**
 * Brings the schema up to date and returns the names of the migrations it applied. Forward only: a file that was
 * applied must never change. Safe with several replicas: a named lock lets one of them work, the others wait.
 * MariaDB commits DDL at once, so each statement is recorded and an interrupted migration goes on where it stopped.
 */
export async function migrate(db: Database): Promise<string[]> {
  const connection = await db.connection()
  try {
    const [lock] = await connection.query<{ held: number | null }>('SELECT GET_LOCK(?, ?) AS held', [
      lockName,
      lockSeconds,
    ])
    if (lock.held !== 1) throw new Error(`another process has held the migration lock for ${lockSeconds} s`)
    return await applyAll(connection)
  } finally {
    // Ending the session releases the lock whatever happened above.
    connection.destroy()
  }
}

/** How the schema differs from what this version would make: migrations not or not wholly applied, and others than its own. */
export async function schemaState(db: Queryable): Promise<{ missing: string[]; unknown: string[] }> {
  const own = await ownFiles()
  const rows = await db
    .query<{ name: string; finished_at: number | null }>('SELECT name, finished_at FROM schema_migrations')
    .catch((error: { code?: string }) => {
      if (error.code === 'ER_NO_SUCH_TABLE') return []
      throw error
    })
  const finished = new Set(rows.filter((row) => row.finished_at !== null).map(({ name }) => name))
  return {
    missing: own.filter((name) => !finished.has(name)),
    unknown: rows.map(({ name }) => name).filter((name) => !own.includes(name)),
  }
}

async function ownFiles(): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
}

async function applyAll(connection: Connection): Promise<string[]> {
  await connection.execute(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(200) NOT NULL PRIMARY KEY, hash BINARY(32) NOT NULL,
    statements INT UNSIGNED NOT NULL, finished_at BIGINT NULL)`)
  const applied: string[] = []
  for (const name of await ownFiles()) {
    if (await applyOne(connection, name)) applied.push(name)
  }
  return applied
}

async function applyOne(connection: Connection, name: string): Promise<boolean> {
  const text = await readFile(join(folder, name), 'utf8')
  const hash = createHash('sha256').update(text).digest()
  await connection.execute('INSERT IGNORE INTO schema_migrations (name, hash, statements) VALUES (?, ?, 0)', [
    name,
    hash,
  ])
  const [row] = await connection.query<{ hash: Buffer; statements: number; finished_at: number | null }>(
    'SELECT hash, statements, finished_at FROM schema_migrations WHERE name = ?',
    [name],
  )
  if (!row.hash.equals(hash)) throw new Error(`migration ${name} was changed after it had been applied`)
  if (row.finished_at !== null) return false
  const statements = splitStatements(text)
  for (let i = row.statements; i < statements.length; i++) {
    await connection.execute(statements[i])
    await connection.execute('UPDATE schema_migrations SET statements = ? WHERE name = ?', [i + 1, name])
  }
  await connection.execute('UPDATE schema_migrations SET finished_at = ? WHERE name = ?', [Date.now(), name])
  return true
}

/** Statements end with a semicolon at the end of a line: a rule for our own files that needs no SQL parser. */
export function splitStatements(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.length > 0)
}
