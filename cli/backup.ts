import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { asLeader } from '@streamgauge/pipeline/retention/leader.ts'
import type { Command } from './command.ts'
import { required, withDatabase } from './services.ts'

export const backupCommands: Readonly<Record<string, Command>> = { backup: { run: backup } }

const program = 'mariadb-dump'
/** A turn of the job takes seconds. */
const waitForLeaderSeconds = 60
/** Longer than the dump may take: partitions are made 48 h ahead. */
const sessionSeconds = 48 * 3600

/**
 * Writes a backup of the store to stdout. A snapshot does not cover what tables look like: a dump ends with error 1412 at
 * a table whose partitions have changed since. So it holds the place of the job that changes them.
 */
async function backup(): Promise<void> {
  await withDatabase(async (db) => {
    const led = await asLeader(db, 'retention', waitForLeaderSeconds, async (connection) => {
      await connection.execute(`SET SESSION wait_timeout = ${sessionSeconds}`)
      await dump(new URL(required('DATABASE_URL', 'mysql://user:password@127.0.0.1:3306/streamgauge')))
    })
    if (!led)
      throw new Error('Another backup is being made, or partitions have been for a minute: try again later.')
  })
}

async function dump({ hostname, port, username, password, pathname }: URL): Promise<void> {
  const login = [`--host=${hostname}`, `--port=${port || 3306}`, `--user=${decodeURIComponent(username)}`]
  const args = ['--no-defaults', ...login, '--single-transaction', '--hex-blob', pathname.slice(1)]
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(password) }
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`${program} is not here: it comes with mariadb-client.`) : error
  })
  if (code !== 0) throw new Error(`${program} failed (${signal ?? `exit code ${code}`}): this is no backup.`)
}
