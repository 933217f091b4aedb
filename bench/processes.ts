import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { metricPartitions, persistGroup } from '@streamgauge/core/topics.ts'
import { testStack } from '@streamgauge/local/stack.ts'
import { poll } from './poll.ts'

/** The processes of `npm start` without the agent, on services and a database of their own. */
export interface Processes extends AsyncDisposable {
  readonly url: string
  readonly tenant: string
  /** May ingest and read. */
  readonly token: string
  readonly pids: { readonly http: number; readonly pipeline: number }
}

const root = join(import.meta.dirname, '..')

export async function startProcesses(): Promise<Processes> {
  await using cleanup = new AsyncDisposableStack()
  const stack = cleanup.use(await testStack())
  const token = await prepare(stack.env)
  const [httpPort, pipelinePort] = [await freePort(), await freePort()]
  const http = start('connectors,gateway', { ...stack.env, HTTP_PORT: String(httpPort) })
  cleanup.defer(() => stop(http))
  const pipeline = start('pipeline', { ...stack.env, HTTP_PORT: String(pipelinePort) })
  cleanup.defer(() => stop(pipeline))
  for (const port of [httpPort, pipelinePort]) {
    await poll(() => answers(`http://127.0.0.1:${port}/health/ready`), 20_000)
  }
  const ending = cleanup.move()
  return {
    url: `http://127.0.0.1:${httpPort}`,
    tenant: 'bench',
    token,
    pids: { http: http.pid ?? 0, pipeline: pipeline.pid ?? 0 },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

async function prepare(env: Readonly<Record<string, string>>): Promise<string> {
  const config = readConfig(env)
  const logger = createLog({ name: 'bench', level: 'warn', terminal: false })
  const database = openDatabase({ url: config.databaseUrl, connectionLimit: 1 })
  const log = await openLog({ ...config.kafka, clientId: 'bench', logger })
  try {
    await migrate(database)
    await createCursors(database, persistGroup, metricPartitions)
    await log.ensureTopics()
    const now = Date.now()
    const tenant = await createTenant(database, { name: 'bench' }, now)
    const token = newToken()
    const input = { token, tenantId: tenant?.id ?? null, label: 'bench', expiresAt: null }
    await createToken(database, { ...input, scopes: ['ingest', 'read'] }, now)
    return token
  } finally {
    await log.close()
    await database.close()
  }
}

function start(roles: string, env: Readonly<Record<string, string>>): ChildProcess {
  const options = { env: { ...process.env, LOG_LEVEL: 'warn', ...env }, cwd: root } as const
  return spawn(process.execPath, ['main.ts', `--role=${roles}`], {
    ...options,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
