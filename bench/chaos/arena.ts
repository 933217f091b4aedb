import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { createAlertRule } from '@streamgauge/adapters/mariadb/alert-rules-edit.ts'
import { createChannel } from '@streamgauge/adapters/mariadb/channels.ts'
import { createCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { type Database, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { metricPartitions, persistGroup } from '@streamgauge/core/topics.ts'
import { startGuard } from '@streamgauge/local/guard.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import { type Receiver, receiver } from '@streamgauge/pipeline/notify/testing.ts'
import type { Rule } from './expected.ts'
import { startProxy, type Way } from './proxy.ts'
import { rulesOver } from './pulse.ts'
import { openSlot, type Slot } from './slot.ts'

export interface Tenant {
  readonly id: number
  readonly name: string
  readonly partition: number
  readonly token: string
  /** How old its points are when they are sent, ms; below 0 they are ahead. */
  readonly ageMs: number
}

/** Everything that a run may break, and nothing that anybody else uses. */
export interface Arena extends AsyncDisposable {
  readonly services: Services
  readonly log: Log
  /** Past the proxy: for looking on. */
  readonly database: Database
  readonly tenants: readonly Tenant[]
  /** Rules of alerts that are in force, and who is told of them. */
  readonly rules: readonly Rule[]
  readonly told: Receiver
  readonly pipelines: readonly Slot[]
  readonly http: readonly Slot[]
  /** Before each HTTP process, for its producers. */
  readonly doors: readonly Way[]
  /** Between the pipelines and MariaDB. */
  readonly storeWay: Way
  /** One more pipeline process, until `stop` is called. */
  join(): Promise<Slot>
  /** What the supervisor has had to tell. */
  readonly reports: readonly string[]
  /** Logs of the roles; kept when `keep` was called. */
  readonly folder: string
  keep(): void
}

/** Too old for `metrics_raw`, young enough to be taken: of such points only the cursor knows that they were handled. */
const oldPointsMs = 3 * limits.rawRetentionMs
/** As far ahead as is taken, but for the time that a request may need to arrive. */
const aheadMs = limits.futureMs - 2 * 60_000
/** For an answer of the receiver: now and then who has told it dies while it waits. */
const answerMs = 30

export interface ArenaOptions {
  readonly pipelines: number
  readonly http: number
  readonly tenants: number
}

export async function openArena(options: ArenaOptions): Promise<Arena> {
  await using cleanup = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-chaos-'))
  let kept = false
  cleanup.defer(() => {
    if (!kept) rmSync(folder, { recursive: true, force: true })
  })
  const services = cleanup.use(await startServices())
  const config = readConfig(services.env)
  const logger = createLog({ name: 'chaos', level: 'silent', terminal: false })
  const database = openDatabase({ url: config.databaseUrl, connectionLimit: 3 })
  cleanup.defer(() => database.close())
  const log = await openLog({ ...config.kafka, clientId: 'chaos', logger })
  cleanup.defer(() => log.close())
  await migrate(database)
  await createCursors(database, persistGroup, metricPartitions)
  await log.ensureTopics()
  const tenants = await makeTenants(log, database, options.tenants)
  const told = cleanup.use(await receiver())
  told.answer = () => sleep(answerMs, { status: 204 })
  const rules = await makeRules(database, tenants, told.url)

  const guard = startGuard()
  cleanup.defer(() => guard.close())
  const reports: string[] = []
  const report = (text: string) => reports.push(text)
  const store = new URL(config.databaseUrl)
  const storeWay = cleanup.use(await startProxy({ host: store.hostname, port: Number(store.port) }))
  store.host = `127.0.0.1:${storeWay.port}`
  // A quota would only limit how much is under way when something dies.
  const { PATH } = process.env
  const env = {
    PATH,
    ...services.env,
    LOG_LEVEL: 'info',
    QUOTA_POINTS_PER_SECOND: '1000000',
    WEBHOOK_ALLOW: '127.0.0.1/32',
  }
  const common = { folder, guard, report }
  let pipelineCount = 0
  async function openPipeline(): Promise<Slot> {
    const name = `pipeline-${++pipelineCount}`
    const own = { ...env, DATABASE_URL: store.href }
    return openSlot({ ...common, name, role: 'pipeline', port: await freePort(), env: own })
  }
  const http: Slot[] = []
  const doors: Way[] = []
  for (let i = 0; i < options.http; i++) {
    const port = await freePort()
    const slot = openSlot({ ...common, name: `http-${i + 1}`, role: 'connectors,gateway', port, env })
    cleanup.defer(() => slot.stop())
    http.push(slot)
    doors.push(cleanup.use(await startProxy({ host: '127.0.0.1', port })))
  }
  const pipelines: Slot[] = []
  for (let i = 0; i < options.pipelines; i++) {
    const slot = await openPipeline()
    cleanup.defer(() => slot.stop())
    pipelines.push(slot)
  }
  await Promise.all([...http, ...pipelines].map((slot) => slot.live))
  const ending = cleanup.move()
  return {
    services,
    log,
    database,
    tenants,
    rules,
    told,
    pipelines,
    http,
    doors,
    storeWay,
    async join() {
      const slot = await openPipeline()
      ending.defer(() => slot.stop())
      return slot
    },
    reports,
    folder,
    keep() {
      kept = true
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

/**
 * Tenants in the first partitions, one in each: a group deals its partitions out in turn, so every member has
 * something to do. The last one sends old points, the one before it such that are ahead.
 */
async function makeTenants(log: Log, database: Database, count: number): Promise<Tenant[]> {
  const tenants: Tenant[] = []
  const ages = new Map([
    [1, oldPointsMs],
    [2, -aheadMs],
  ])
  for (let i = 0; tenants.length < count; i++) {
    const name = `tenant-${i}`
    const partition = log.partitionFor(name)
    if (partition !== tenants.length) continue
    const now = Date.now()
    const made = await createTenant(database, { name }, now)
    if (!made) throw new Error(`there is a tenant ${name} already`)
    const token = newToken()
    const input = { token, tenantId: made.id, label: 'chaos', expiresAt: null }
    await createToken(database, { ...input, scopes: ['ingest', 'read'] }, now)
    const ageMs = ages.get(count - tenants.length) ?? 0
    tenants.push({ id: made.id, name, partition, token, ageMs })
  }
  return tenants
}

async function makeRules(database: Database, tenants: readonly Tenant[], url: string): Promise<Rule[]> {
  const rules: Rule[] = []
  for (const { id, name: tenant, ageMs } of tenants) {
    const made = await createChannel(database, id, { type: 'webhook', name: 'chaos', url }, Date.now())
    if (!made) throw new Error(`${tenant} may have no channel`)
    for (const rule of rulesOver(ageMs, made.channel.id)) {
      const kept = await createAlertRule(database, id, rule, Date.now())
      if ('refused' in kept) throw new Error(`the rule "${rule.name}" is refused: ${kept.refused}`)
      rules.push({ ...kept, tenant })
    }
  }
  return rules
}
