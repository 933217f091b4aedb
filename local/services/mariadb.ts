import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { replaceFile } from '../files.ts'
import type { Home } from '../home.ts'
import { acquire } from '../install/acquire.ts'
import { findProgram } from '../install/find.ts'
import { runTool } from '../install/run.ts'
import { compose } from './compose.ts'
import { mariadbPing } from './mariadb-ping.ts'
import type { Service } from './service.ts'

const wanted = {
  title: 'MariaDB',
  programs: ['mariadbd', 'mysqld'],
  // Only the programs: the full server package would bring a service and a data folder of its own.
  packages: ['mariadb-server-core', 'mariadb-client-core'],
}
const user = 'streamgauge'
const database = 'streamgauge'

/** MariaDB: the store. Every commit is on the disk before it is answered. */
export const mariadb: Service = {
  name: 'mariadb',
  title: 'MariaDB',
  variable: 'DATABASE_URL',
  async prepare(context) {
    const { home, state, say } = context
    const program = await acquire(wanted, say)
    const port = await state.port('mariadb')
    const password = state.secret('mariadb')
    const url = `mysql://${user}:${password}@127.0.0.1:${port}/${database}`
    const ping = (timeoutMs: number) => mariadbPing('127.0.0.1', port, timeoutMs)
    if (program === undefined) {
      const environment = {
        MARIADB_ROOT_PASSWORD: password,
        MARIADB_DATABASE: database,
        MARIADB_USER: user,
        MARIADB_PASSWORD: password,
      }
      const command = settings.map((setting) => `--${setting}`)
      const container = { image: 'mariadb:11.8', command, environment, port: 3306, data: '/var/lib/mysql' }
      return compose({ service: mariadb, url, port, container, packages: wanted.packages, ping }, context)
    }
    const dir = home.path('mariadb')
    // Of its own: a server that starts removes the temporary tables it finds, also those of another that runs.
    const temporary = home.path('mariadb-tmp')
    mkdirSync(temporary, { recursive: true, mode: 0o700 })
    if (!existsSync(dir)) await installData(home, dir, temporary)
    const init = home.path('mariadb-init.sql')
    replaceFile(init, accounts(password))
    return {
      name: 'mariadb',
      title: 'MariaDB',
      url,
      command: program,
      args: [
        '--no-defaults',
        ...asRoot(),
        `--datadir=${dir}`,
        `--init-file=${init}`,
        `--tmpdir=${temporary}`,
        `--pid-file=${home.path('mariadb.pid')}`,
        // Inside the data folder: the whole path may be longer than the name of a socket can be.
        '--socket=mariadb.sock',
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        ...settings.map((setting) => `--${setting}`),
      ],
      graceMs: 60_000,
      ping,
      remedy: `If its data is damaged, restore ${dir} from a backup, or move it away to start with an empty store.`,
    }
  },
}

const settings = [
  'skip-name-resolve',
  'character-set-server=utf8mb4',
  'collation-server=utf8mb4_nopad_bin',
  'local-infile=1',
  'innodb-flush-log-at-trx-commit=1',
  'innodb-buffer-pool-size=256M',
  'innodb-log-file-size=128M',
  'innodb-buffer-pool-dump-at-shutdown=0',
  // Rows come in the order of the primary key, a few next to each other: finding their place costs a fifth less with it.
  'innodb-adaptive-hash-index=1',
  'max-connections=500',
  'table-open-cache=2000',
  'performance-schema=0',
  'log-warnings=1',
]

/** Made aside and moved into place: a start that is interrupted leaves no half-made store. */
async function installData(home: Home, dir: string, temporary: string): Promise<void> {
  const draft = mkdtempSync(`${home.path('mariadb')}.`)
  try {
    const installer = findProgram('mariadb-install-db', 'mysql_install_db') ?? 'mariadb-install-db'
    const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
    // By its name only: the installer, a shell script, falls over a blank in a path.
    await runTool(installer, ['--no-defaults', ...asRoot(), `--datadir=./${basename(draft)}`, ...options], {
      purpose: `Making the store in ${dir} with ${installer}`,
      cwd: home.dir,
      env: { ...process.env, TMPDIR: temporary },
    })
    renameSync(draft, dir)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** mariadbd refuses to run as root unless told so. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : []
}

/** Run by the server before it takes connections, at every start. */
function accounts(password: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${database};
CREATE OR REPLACE USER '${user}'@'127.0.0.1' IDENTIFIED BY '${password}';
GRANT ALL PRIVILEGES ON *.* TO '${user}'@'127.0.0.1';
ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';
`
}
