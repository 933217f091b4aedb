import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Config, readConfig } from '@streamgauge/adapters/config.ts'
import { createRegistry } from '@streamgauge/adapters/http/metrics.ts'
import { openKafkaAdmin } from '@streamgauge/adapters/kafka/admin.ts'
import { openLog } from '@streamgauge/adapters/kafka/log.ts'
import type { Log } from '@streamgauge/adapters/kafka/types.ts'
import { createLog } from '@streamgauge/adapters/log.ts'
import { migrate } from '@streamgauge/adapters/mariadb/migrate.ts'
import { listAllPartitions } from '@streamgauge/adapters/mariadb/partitions.ts'
import { type Database, type DatabaseOptions, openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { openDynsec } from '@streamgauge/adapters/mqtt/dynsec.ts'
import { createProvision } from '@streamgauge/adapters/mqtt/provision.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { topics } from '@streamgauge/core/topics.ts'
import { type Certificate, makeCertificate } from '@streamgauge/local/certificate.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { redisCommand } from '@streamgauge/local/services/resp.ts'
import { type Services, startServices } from '@streamgauge/local/stack.ts'
import { startPipeline } from '@streamgauge/pipeline/pipeline.ts'
import { checkBroker } from './broker.ts'
import { checkUp } from './doctor.ts'
import type { Found } from './faults.ts'
import { checkLog } from './log.ts'
import { checkMariadb, diskFaults, skewMs } from './mariadb.ts'
import { checkRedis } from './redis.ts'

const logger = createLog({ name: 'test', level: 'silent', terminal: false })
const patienceMs = 60_000
let services: Services
let config: Config
let db: Database
let log: Log
const dir = mkdtempSync(join(tmpdir(), 'streamgauge-tls-'))
let tls: Certificate & { readonly port: number }

before(async () => {
  // For agents on other machines; the launcher reads them from its environment.
  tls = { ...(await makeCertificate(dir)), port: await freePort() }
  const { certificate, key, port } = tls
  Object.assign(process.env, { MQTT_TLS_CERT: certificate, MQTT_TLS_KEY: key, MQTT_TLS_PORT: String(port) })
  services = await startServices()
  config = readConfig(services.env)
  db = openDatabase({ url: config.databaseUrl })
  await migrate(db)
  log = await openLog({ ...config.kafka, clientId: 'test', logger })
  // Makes topics, cursors and partitions, as in every installation that has run.
  const pipeline = await startPipeline({ log, database: db, config, logger, registry: createRegistry() })
  await poll(async () => pipeline.health().started, patienceMs)
  await pipeline.close()
})
after(async () => {
  await log?.close()
  await db?.close()
  await services?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true })
})

const codes = (found: readonly Found[]) => found.map(({ code }) => code)

/** The URL with another password, or another port. */
function bent(url: string, change: { password?: string; port?: string }): string {
  return Object.assign(new URL(url), change).href
}

async function store(options: Partial<DatabaseOptions> = {}): Promise<Found['code'][]> {
  const own = openDatabase({ url: config.databaseUrl, connectionLimit: 1, ...options })
  try {
    return codes((await checkMariadb(own, config.limits)).found)
  } finally {
    await own.close()
  }
}

async function topicsOf(options: { brokers?: string[]; topicPrefix?: string }): Promise<Found['code'][]> {
  const own = await openLog({ ...config.kafka, ...options, clientId: 'test', logger })
  try {
    return codes((await checkLog(own)).found)
  } finally {
    await own.close()
  }
}

/** Runs the command as people do. */
function doctor(more: Readonly<Record<string, string>> = {}): Promise<{ code: number; out: string }> {
  const file = join(import.meta.dirname, '..', '..', 'cli.ts')
  const env = { ...process.env, ...services.env, STREAMGAUGE_DATA: '/nowhere', ...more }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, 'doctor'], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out: out + err }),
    )
  })
}

test('in an installation that is well it finds nothing', async () => {
  assert.deepEqual(await doctor(), { code: 0, out: 'Nothing is wrong.\n' })
})

test('a store that is away, refuses the login, or is set otherwise than it must be is named', async () => {
  assert.deepEqual(await store({ url: bent(config.databaseUrl, { port: '1' }) }), ['MARIADB_UNREACHABLE'])
  assert.deepEqual(await store({ url: bent(config.databaseUrl, { password: 'x' }) }), ['MARIADB_REFUSES'])
  const settings: [name: string, value: number, code: Found['code']][] = [
    ['read_only', 1, 'MARIADB_READ_ONLY'],
    ['local_infile', 0, 'LOCAL_INFILE_OFF'],
    ['max_allowed_packet', 1024 * 1024, 'PACKET_TOO_SMALL'],
    ['innodb_flush_log_at_trx_commit', 2, 'COMMITS_NOT_FLUSHED'],
  ]
  for (const [name, value, code] of settings) {
    const [{ value: before }] = await db.query<{ value: number }>(`SELECT @@GLOBAL.${name} AS value`)
    await db.execute(`SET GLOBAL ${name} = ${value}`)
    assert.deepEqual(await store(), [code], name)
    await db.execute(`SET GLOBAL ${name} = ${before}`)
  }
  assert.deepEqual(await store(), [])
})

test('clocks that differ are named, either way', async () => {
  for (const ms of [2 * skewMs, -2 * skewMs]) {
    const session = [`SET SESSION timestamp = ${(Date.now() + ms) / 1_000}`]
    assert.deepEqual(await store({ session }), ['CLOCK_SKEW'])
  }
})

test('a schema of an older version, or of a newer one, is named', async () => {
  await db.execute("INSERT INTO schema_migrations VALUES ('9999_future.sql', REPEAT('0', 32), 1, 1)")
  assert.deepEqual(await store(), ['SCHEMA_NEWER'])
  await db.execute("DELETE FROM schema_migrations WHERE name = '9999_future.sql'")
  const last = 'name = (SELECT MAX(name) FROM schema_migrations)'
  await db.execute(`UPDATE schema_migrations SET finished_at = NULL WHERE ${last}`)
  assert.deepEqual(await store(), ['SCHEMA_MISSING'])
  await db.execute(`UPDATE schema_migrations SET finished_at = 1 WHERE ${last}`)
  assert.deepEqual(await store(), [])
})

test('a disk with less room than is asked for is named, one with more and one elsewhere are not', async () => {
  assert.deepEqual(codes(await diskFaults(services.dir, 1.1)), ['DISK_NEARLY_FULL'])
  assert.deepEqual(await diskFaults(services.dir, 0), [])
  assert.deepEqual(await diskFaults('/no/such/folder', 1.1), [])
})

test('a log that is away, and topics that are missing or have another shape, are named', async () => {
  assert.deepEqual(await topicsOf({ brokers: ['127.0.0.1:1'] }), ['LOG_UNREACHABLE'])
  const missing = await topicsOf({ topicPrefix: 'other.' })
  assert.deepEqual([...new Set(missing)], ['TOPIC_MISSING'])
  assert.equal(missing.length, Object.keys(topics).length)
  const own = await openLog({ ...config.kafka, topicPrefix: 'wide.', clientId: 'test', logger })
  await own.ensureTopics()
  await own.close()
  await openKafkaAdmin(config.kafka.brokers).addPartitions(`wide.${topics.transitions}`, 13)
  assert.deepEqual(await topicsOf({ topicPrefix: 'wide.' }), ['TOPIC_SHAPE'])
})

test('a Redis that is away, refuses the login, refuses to write when full or forgets at a restart is named', async () => {
  const { redisUrl } = config
  const found = async (url = redisUrl) => codes(await checkRedis(url))
  assert.deepEqual(await found(bent(redisUrl, { port: '1' })), ['REDIS_UNREACHABLE'])
  assert.deepEqual(await found(bent(redisUrl, { password: 'x' })), ['REDIS_REFUSES'])
  const settings: [name: string, value: string, before: string, code: Found['code']][] = [
    ['maxmemory-policy', 'noeviction', 'volatile-lru', 'REDIS_FULL'],
    ['save', '', '300 1', 'REDIS_NOT_SAVED'],
  ]
  for (const [name, value, before, code] of settings) {
    await redisCommand(redisUrl, ['CONFIG', 'SET', name, value], 5_000)
    assert.deepEqual(await found(), [code])
    await redisCommand(redisUrl, ['CONFIG', 'SET', name, before], 5_000)
  }
  assert.deepEqual(await found(), [])
})

test('a broker that is away, refuses the login, or lacks that of an agent is named', async () => {
  const { mqtt } = config
  assert.ok(mqtt?.adminUrl && mqtt.agentKey)
  const { adminUrl, agentKey } = mqtt
  const found = async (url = adminUrl) => codes(await checkBroker({ ...mqtt, adminUrl: url }, db))
  assert.deepEqual(await found(bent(adminUrl, { port: '1' })), ['BROKER_UNREACHABLE'])
  assert.deepEqual(await found(bent(adminUrl, { password: 'x' })), ['BROKER_REFUSES'])
  const tenant = await createTenant(db, { name: 'acme' }, Date.now())
  assert.ok(tenant)
  const provision = createProvision({ database: db, adminUrl, agentKey })
  const { login } = await provision.enroll({ tenant, agentId: 'web-1' }, { renew: false })
  assert.deepEqual(await found(), [])
  {
    await using broker = await openDynsec(adminUrl)
    await broker.run({ command: 'deleteClient', username: login.username })
  }
  assert.deepEqual(await found(), ['BROKER_LOGINS'])
  await provision.reconcile()
  assert.deepEqual(await found(), [])
  await provision.close()
})

test('Redis and the broker are met over TLS, when their authority is known', async () => {
  const port = await freePort()
  const files: [name: string, value: string][] = [
    ...[['tls-cert-file', tls.certificate] as const, ['tls-key-file', tls.key] as const],
    ...[['tls-ca-cert-file', tls.certificate] as const, ['tls-auth-clients', 'no'] as const],
  ].map(([name, value]) => [name, value])
  const settings = [...files.flat(), 'tls-port', String(port)]
  await redisCommand(config.redisUrl, ['CONFIG', 'SET', ...settings], 5_000)
  const secure = (url: string, protocol: string, at: number) =>
    Object.assign(new URL(url.replace(/^\w+:/, protocol)), { hostname: 'localhost', port: String(at) }).href
  const urls = {
    REDIS_URL: secure(config.redisUrl, 'rediss:', port),
    MQTT_URL: secure(services.env.MQTT_URL, 'mqtts:', tls.port),
    MQTT_ADMIN_URL: secure(services.env.MQTT_ADMIN_URL, 'mqtts:', tls.port),
  }
  const stranger = await doctor(urls)
  assert.match(stranger.out, /^REDIS_UNREACHABLE: /m)
  assert.match(stranger.out, /^BROKER_UNREACHABLE: .*self-signed/m)
  assert.deepEqual(await doctor({ ...urls, NODE_EXTRA_CA_CERTS: tls.certificate }), {
    code: 0,
    out: 'Nothing is wrong.\n',
  })
})

test('points that nobody persists, dead letters and a cursor past its log are named in one go', async () => {
  const key = 'acme'
  const partition = log.partitionFor(key)
  const other = (partition + 1) % 12
  await log.append(topics.ingest, [{ key, value: '{}' }])
  await log.append(topics.deadLetters, [{ key, value: 'rubbish' }])
  await db.execute('UPDATE cursors SET next_offset = 999 WHERE topic_partition = ?', [other])
  const { found, partitions } = await checkUp(config, db, log)
  assert.deepEqual(codes(found), ['NOT_PERSISTING', 'DEAD_LETTERS'])
  assert.match(found[0].detail, new RegExp(`^1 records wait in partition ${partition}, `))
  const [stop] = partitions
  assert.deepEqual([stop.partition, stop.code], [other, 'LOG_END'])
})

test('partitions that were not made in time are named, each fault with its remedy and an exit code', async () => {
  const made = (await listAllPartitions(db, ['metrics_raw'])).get('metrics_raw') ?? []
  const far = made.slice(-20).map(({ name }) => name)
  await db.execute(`ALTER TABLE metrics_raw DROP PARTITION ${far.join(', ')}`)
  const { code, out } = await doctor()
  assert.equal(code, 1)
  assert.match(out, /^PARTITIONS_BEHIND: .*metrics_raw.*\n {2}Start a pipeline: /m)
  assert.match(out, /^Partition \d+: LOG_END, /m)
})
