import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant, type Tenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { runTool } from '@streamgauge/local/install/run.ts'
import { openLauncher } from '@streamgauge/local/launcher.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { frontProgram, type Replica, type ReplicatedRole, replicaPrograms } from '@streamgauge/local/roles.ts'
import { root } from '@streamgauge/local/root.ts'
import { runServices } from '@streamgauge/local/run-services.ts'
import { poll } from '../poll.ts'

/** One process of a role, kept running by the supervisor of `npm start`. */
export interface Running extends Replica {
  readonly url: string
  /** Ends its process with this signal and resolves when another one is live in its place. */
  again(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface PairTenant extends Tenant {
  /** For ingest and reading. */
  readonly token: string
  readonly tokenId: number
}

/** Two of every role on services of their own, behind one address, as with `ROLES_EACH=2 npm start`. */
export interface Pairs extends AsyncDisposable {
  /** Of the front. */
  readonly url: string
  readonly replicas: readonly Running[]
  of(role: ReplicatedRole): readonly Running[]
  readonly log: Log
  /** Of the services, as roles read them. */
  readonly env: Readonly<Record<string, string>>
  readonly database: Database
  readonly operatorToken: string
  /** In a partition where no other tenant of these lives. */
  tenant(limits?: { quotaPointsPerSecond?: number }): Promise<PairTenant>
  /** What the supervisor has had to tell, and warnings of the roles. */
  readonly reports: readonly string[]
}

/** What a busy machine may take to start a process. */
const startMs = 60_000

export async function openPairs(): Promise<Pairs> {
  await using cleanup = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-pairs-'))
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }))
  const reports: string[] = []
  const launcher = await openLauncher({ dir, report: (text) => reports.push(text) })
  cleanup.defer(() => launcher.close())
  const quiet = { say: () => undefined, done: () => undefined, failed: () => undefined }
  const services = await runServices({ launcher, env: {}, step: () => quiet })
  const given: Record<string, string> = Object.assign({}, ...services.map(({ environment }) => environment))
  const operatorToken = newToken()
  const env = { ...process.env, ...given, LOG_LEVEL: 'info', NODE_COMPILE_CACHE: join(dir, 'compiled') }

  // Both at once, as two that are deployed together do.
  const init = { purpose: 'streamgauge init', env: { ...env, OPERATOR_TOKEN: operatorToken } }
  await Promise.all([1, 2].map(() => runTool(process.execPath, [join(root, 'cli.ts'), 'init'], init)))

  const memberFolder = join(dir, 'members')
  const replicas = await replicaPrograms({ env, each: 2, port: () => freePort(), memberFolder })
  const running = replicas.map((replica): Running => {
    const child = launcher.start(replica.program)
    return {
      ...replica,
      url: `http://127.0.0.1:${replica.port}`,
      async again(signal) {
        const pid = child.pid()
        if (pid === undefined) throw new Error(`${replica.program.title} does not run`)
        process.kill(pid, signal)
        await poll(async () => child.pid() !== pid && child.isLive(), startMs)
      },
    }
  })
  const port = await freePort()
  const front = launcher.start(frontProgram({ host: '127.0.0.1', port }, replicas))
  const url = `http://127.0.0.1:${port}`
  await front.live
  for (const one of running) await poll(() => isReady(one), startMs)

  const database = openDatabase({ url: given.DATABASE_URL, connectionLimit: 4 })
  cleanup.defer(() => database.close())
  const logger = createLog({ name: 'pairs', level: 'silent', terminal: false })
  const log = await openLog({ brokers: given.KAFKA_BROKERS.split(','), clientId: 'pairs', logger })
  cleanup.defer(() => log.close())
  const taken = new Set<number>()
  const ending = cleanup.move()

  return {
    url,
    replicas: running,
    of: (role) => running.filter((one) => one.role === role),
    log,
    env: given,
    database,
    operatorToken,
    async tenant(limits = {}) {
      const name = Array.from({ length: 1_000 }, (_, i) => `tenant-${i}`).find(
        (one) => !taken.has(log.partitionFor(one)),
      )
      if (name === undefined) throw new Error('there is a tenant in every partition')
      taken.add(log.partitionFor(name))
      const row = await createTenant(database, { name, ...limits }, Date.now())
      if (!row) throw new Error(`there is a tenant ${name} already`)
      const token = newToken()
      const scopes = ['ingest', 'read'] as const
      const input = { token, tenantId: row.id, label: 'pairs', scopes, expiresAt: null }
      const made = await createToken(database, input, Date.now())
      return { ...row, token, tokenId: made?.id ?? 0 }
    },
    reports,
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

async function isReady({ url }: Running): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.status === 200
}
