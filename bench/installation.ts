import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { metricPartitions, persistGroup, topics } from '@streamgauge/core/topics.ts'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import { runTool } from '@streamgauge/local/install/run.ts'
import { type Launcher, openLauncher } from '@streamgauge/local/launcher.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import type { Progress } from '@streamgauge/local/progress.ts'
import { rolePrograms } from '@streamgauge/local/roles.ts'
import { root } from '@streamgauge/local/root.ts'
import { runServices } from '@streamgauge/local/run-services.ts'
import { poll } from './poll.ts'

export const processNames = ['gateway', 'pipeline', 'mariadb', 'kafka', 'redis'] as const
export type ProcessName = (typeof processNames)[number]

export interface Tenant {
  readonly name: string
  readonly id: number
  readonly partition: number
  readonly ingest: string
  readonly read: string
}

/** A whole installation of its own: services and roles as `npm start` runs them, without a feeder. */
export interface Installation extends AsyncDisposable {
  /** Of ingest and gateway. */
  readonly url: string
  /** Of the pipeline's health and metrics. */
  readonly pipelineUrl: string
  readonly kafkaBrokers: readonly string[]
  /** The installation's own topics. */
  readonly log: Log
  readonly operatorToken: string
  readonly database: Database
  readonly databaseUrl: string
  /** The process of this name now, or the broker; throws while there is none. */
  pid(name: ProcessName | 'mqtt'): number
  signal(name: ProcessName, signal: NodeJS.Signals): void
  /** A new tenant with a name that begins so; one of a partition that no other lives in, while there is one. */
  tenant(prefix: string): Promise<Tenant>
  /** Waits until everything in the log is stored. */
  settled(): Promise<void>
}

/** How long what is under way may take to be stored, ms. */
const settleMs = 60_000
/** Quotas protect tenants from each other; here they would measure themselves. */
const limits = { QUOTA_POINTS_PER_SECOND: '100000000' }
/** A week of windows is compared with its points, s. */
const retention = { RAW_RETENTION: String(8 * 86_400) }

export async function startInstallation(options: {
  readonly progress: Progress
  /** For the roles, such as NODE_OPTIONS. */
  readonly env?: NodeJS.ProcessEnv
}): Promise<Installation> {
  const { progress } = options
  await using cleanup = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-bench-'))
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }))
  const launcher: Launcher = await openLauncher({ dir, report: progress.print })
  cleanup.defer(() => launcher.close())

  const services = await runServices({ launcher, env: {}, step: progress.step })
  const operator = `sg_${randomBytes(32).toString('base64url')}`
  const env = {
    ...process.env,
    ...limits,
    ...retention,
    ...Object.assign({}, ...services.map(({ environment }) => environment)),
    OPERATOR_TOKEN: operator,
    WEBHOOK_ALLOW: '127.0.0.0/8',
    LOG_LEVEL: 'warn',
  }
  await runTool(process.execPath, [join(root, 'cli.ts'), 'init'], { purpose: 'streamgauge init', env })
  const [port, pipelinePort] = [await freePort(), await freePort()]
  const roleEnv = { ...env, ...options.env }
  const memberFolder = launcher.home.path('members')
  const programs = rolePrograms({ env: roleEnv, host: '127.0.0.1', port, pipelinePort, memberFolder })
  const roles = await Promise.all(
    programs.map(async (program) => {
      const role = launcher.start(program)
      const step = progress.step(program.title)
      await role.live
      step.done()
      return role
    }),
  )
  const running = [...services.map(({ child }) => child), ...roles]
  const url = `http://127.0.0.1:${port}`
  const serviceUrl = (name: string) => services.find(({ service }) => service.name === name)?.url ?? ''
  const database = openDatabase({ url: serviceUrl('mariadb'), connectionLimit: 4 })
  cleanup.defer(() => database.close())
  const kafkaBrokers = serviceUrl('kafka').split(',')
  const logger = createLog({ name: 'bench', level: 'silent', terminal: false })
  const log = await openLog({ brokers: kafkaBrokers, clientId: 'bench', logger })
  cleanup.defer(() => log.close())
  const tenants: Tenant[] = []

  /** In a partition where no other tenant lives, while there is one. */
  function chooseName(prefix: string): string {
    const wantsOwn = tenants.length < metricPartitions
    for (let n = 1; ; n++) {
      const name = `${prefix}-${n}`
      const partition = log.partitionFor(name)
      if (tenants.some((one) => one.name === name || (wantsOwn && one.partition === partition))) continue
      return name
    }
  }

  function pid(name: ProcessName | 'mqtt'): number {
    const found = running.find((child) => child?.program.name === name)?.pid()
    if (found === undefined) throw new Error(`there is no process ${name} at the moment`)
    return found
  }

  async function token(tenant: string, scope: string): Promise<string> {
    const body = { label: 'bench', scopes: [scope] }
    const reply = await callApi(`${url}/api/v1/tenants/${tenant}/tokens`, {
      token: operator,
      method: 'POST',
      body,
    })
    return String(expectStatus(reply, 201).token)
  }

  const ending = cleanup.move()
  return {
    url,
    pipelineUrl: `http://127.0.0.1:${pipelinePort}`,
    kafkaBrokers,
    log,
    operatorToken: operator,
    database,
    databaseUrl: serviceUrl('mariadb'),
    pid,
    signal: (name, signal) => void process.kill(pid(name), signal),
    async tenant(prefix) {
      const name = chooseName(prefix)
      const reply = await callApi(`${url}/api/v1/tenants`, {
        token: operator,
        method: 'POST',
        body: { name },
      })
      expectStatus(reply, 201)
      const [row] = await database.query<{ id: number }>('SELECT id FROM tenants WHERE name = ?', [name])
      const [ingest, read] = await Promise.all([token(name, 'ingest'), token(name, 'read')])
      const made = { name, id: row.id, partition: log.partitionFor(name), ingest, read }
      tenants.push(made)
      return made
    },
    async settled() {
      const ends = await log.bounds(topics.ingest)
      await poll(async () => {
        const cursors = await readCursors(database, persistGroup)
        return ends.every(({ partition, high }) => cursors[partition].nextOffset >= high)
      }, settleMs)
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
