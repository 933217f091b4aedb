import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKafkaAdmin } from '@streamgauge/adapters/kafka/admin.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { openHome } from './home.ts'
import { openLauncher } from './launcher.ts'
import { localJsonPath, type ServicePlace } from './local-json.ts'
import { isLocked } from './lock.ts'
import { root } from './root.ts'
import { runServices, type ServerArguments } from './run-services.ts'
import { services as allServices } from './services/all.ts'
import { redisDatabases } from './services/redis.ts'
import { redisCommand } from './services/resp.ts'
import type { Service } from './services/service.ts'

type ServiceName = Service['name']

/** Threads are stopped within milliseconds; a busy machine takes longer. */
const stopMs = 1_000

/** A backing service that a test may freeze and kill. */
export interface ServiceControl {
  readonly url: string
  /** The server's own pid now; undefined while it is down, or when it runs elsewhere. */
  pid(): number | undefined
  /** Sends a signal to the server, such as SIGSTOP, SIGCONT or SIGKILL. */
  signal(name: NodeJS.Signals): void
}

export interface Services extends AsyncDisposable {
  /** By name; only those asked for are there. */
  readonly control: Readonly<Record<ServiceName, ServiceControl>>
  /** KAFKA_BROKERS, DATABASE_URL, REDIS_URL, MQTT_URL, SMTP_URL and their companions, as roles read them. */
  readonly env: Readonly<Record<string, string>>
  /** The data folder, with the servers' logs under `logs/`. */
  readonly dir: string
}

/**
 * Starts backing services of its own on a throwaway folder and free ports, supervised as by `npm start`: for tests
 * that freeze or kill them. Takes 1 s for Redis, Mosquitto or mail, 2 s for MariaDB, 4 s for Kafka.
 *
 *     await using services = await startServices({ only: ['mariadb'] })
 *     services.control.mariadb.signal('SIGKILL')
 */
export async function startServices(
  options: { only?: readonly ServiceName[]; args?: ServerArguments; report?: (text: string) => void } = {},
): Promise<Services> {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-'))
  const launcher = await openLauncher({ dir, report: options.report ?? (() => undefined) })
  const quiet = { say: () => undefined, done: () => undefined, failed: () => undefined }
  async function dispose(): Promise<void> {
    await launcher.close()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const running = await runServices({ ...options, launcher, env: {}, step: () => quiet })
    const controls = running.map(({ service, url, child }): [ServiceName, ServiceControl] => [
      service.name,
      controlOf(url, () => child?.pid()),
    ])
    return {
      control: Object.fromEntries(controls) as Record<ServiceName, ServiceControl>,
      env: Object.assign({}, ...running.map(({ environment }) => environment)),
      dir,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** What a test has for itself on backing services it may share with others: an empty database, topics and Redis. */
export interface TestStack extends AsyncDisposable {
  readonly databaseUrl: string
  readonly kafkaBrokers: string[]
  /** Begins the names of this test's topics and groups. */
  readonly topicPrefix: string
  readonly redisUrl: string
  /** All of these as roles read them from the environment. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Prepares a database, a topic prefix and a Redis database of a test's own, and drops them at the end; the broker is
 * shared, and a test that reads from it starts one of its own:
 *
 *     await using stack = await testStack()
 *
 * They live on the services named by the file in STREAMGAUGE_SERVICES, else on those of a running `npm start`,
 * else on services started for this test. It makes no tables and no topics.
 */
export async function testStack(): Promise<TestStack> {
  await using cleanup = new AsyncDisposableStack()
  const shared = sharedServices() ?? (cleanup.use(await startServices()).env as Environment)
  const name = `test_${randomBytes(6).toString('hex')}`

  const databaseUrl = new URL(shared.DATABASE_URL)
  const admin = openDatabase({ url: databaseUrl.href, connectionLimit: 1 })
  cleanup.defer(() => admin.close())
  await admin.execute(`CREATE DATABASE ${name} COLLATE utf8mb4_nopad_bin`)
  cleanup.defer(async () => void (await admin.execute(`DROP DATABASE ${name}`)))
  databaseUrl.pathname = name

  const redisUrl = new URL(shared.REDIS_URL)
  redisUrl.pathname = String(await nextRedisDatabase(redisUrl.href))
  await redisCommand(redisUrl.href, ['FLUSHDB'], 5_000)
  cleanup.defer(async () => void (await redisCommand(redisUrl.href, ['FLUSHDB'], 5_000)))

  const kafkaBrokers = shared.KAFKA_BROKERS.split(',')
  const topicPrefix = `${name}.`
  cleanup.defer(() => openKafkaAdmin(kafkaBrokers).deleteTopics(topicPrefix))

  const ending = cleanup.move()
  return {
    databaseUrl: databaseUrl.href,
    kafkaBrokers,
    topicPrefix,
    redisUrl: redisUrl.href,
    env: {
      ...shared,
      DATABASE_URL: databaseUrl.href,
      KAFKA_TOPIC_PREFIX: topicPrefix,
      REDIS_URL: redisUrl.href,
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

type Environment = Record<'DATABASE_URL' | 'KAFKA_BROKERS' | 'REDIS_URL', string> & Record<string, string>

/** The services to share, by the variables that name them; undefined when there are none. */
function sharedServices(): Environment | undefined {
  const file = process.env.STREAMGAUGE_SERVICES ?? runningHere()
  if (file === undefined) return undefined
  const { services }: LocalServices = JSON.parse(readFileSync(file, 'utf8'))
  const named = allServices.map(({ name, variable }) => ({
    [variable]: services[name].url,
    ...services[name].environment,
  }))
  return Object.assign({}, ...named)
}

/** The local.json of an `npm start` that runs in this checkout. */
function runningHere(): string | undefined {
  const dir = join(root, '.streamgauge')
  if (!existsSync(dir)) return undefined
  const home = openHome(dir)
  return isLocked(home) && existsSync(localJsonPath(home)) ? localJsonPath(home) : undefined
}

interface LocalServices {
  readonly services: Readonly<Record<ServiceName, ServicePlace>>
}

/** Handed out by Redis itself, so that two tests never get the same one; 0 is left to `npm start`. */
async function nextRedisDatabase(url: string): Promise<number> {
  const turn = Number(await redisCommand(url, ['INCR', 'streamgauge:test-databases'], 5_000))
  return 1 + (turn % (redisDatabases - 1))
}

function controlOf(url: string, pid: () => number | undefined): ServiceControl {
  return {
    url,
    pid,
    signal(name) {
      const target = pid()
      if (target === undefined)
        throw new Error(`the service at ${url} has no process here to send ${name} to`)
      process.kill(target, name)
      if (name === 'SIGSTOP') awaitStopped(target)
    },
  }
}

/** A process with many threads goes on for a moment after the signal. Linux tells; elsewhere nothing is waited for. */
function awaitStopped(pid: number): void {
  const folder = `/proc/${pid}/task`
  const stopped = (task: string) =>
    / [TtZX] /.test(readFileSync(`${folder}/${task}/stat`, 'latin1').split(')').at(-1) ?? '')
  const end = Date.now() + stopMs
  while (existsSync(folder) && Date.now() < end && !readdirSync(folder).every(stopped));
}
