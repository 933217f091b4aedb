import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { Registry } from '@streamgauge/adapters/metrics.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { acquire } from '@streamgauge/local/install/acquire.ts'
import { runTool } from '@streamgauge/local/install/run.ts'
import { alertsAtLeast, insertChannel, insertRule } from './alert/testing.ts'
import { examine } from './doctor.ts'
import { batchOf } from './persist/fixture.ts'
import { logger, type Workbench, workbench } from './persist/testing.ts'
import { startRetention } from './retention/retention.ts'
import { differences, rolledUp } from './rollup/testing.ts'

const patienceMs = 60_000
const hour = 3_600_000
const wanted = { title: 'mariadb-dump', programs: ['mariadb-dump'], packages: ['mariadb-client'] }
/** Of rules that say `steady > N`: values count up, so that each is broken once, before, during or after the backup. */
const thresholds = [10, 30, 50, 70, 90, 110, 130]

function cli(stack: Workbench['stack'], ...args: string[]): ChildProcessByStdio<null, Readable, null> {
  const env = { ...process.env, ...stack.env, STREAMGAUGE_DATA: '/nowhere' }
  const file = join(import.meta.dirname, '..', 'cli.ts')
  return spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function finished(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  assert.equal(code, 0, output)
  return output
}

async function restore(databaseUrl: string, input: string): Promise<void> {
  const { hostname, port, username, password } = new URL(databaseUrl)
  const login = ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`]
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(password) }
  await runTool('mariadb', login, { purpose: 'the restore', env, input })
}

/** More than fits into a pipe, in the first table of all: the dump waits there until somebody reads on. */
async function addFiller({ database }: Workbench): Promise<void> {
  await database.execute('CREATE TABLE a_filler (text MEDIUMTEXT NOT NULL)')
  for (let i = 0; i < 4; i++) await database.execute("INSERT INTO a_filler VALUES (REPEAT('x', 1000000))")
}

/** Every change of state and whom it is told to, without the numbers that rows happen to have. */
async function decided({ database }: Pick<Workbench, 'database'>): Promise<object[]> {
  return database.query(
    `SELECT rule_id, from_state, to_state, value, at, kind, channel_id FROM alerts
     LEFT JOIN deliveries ON deliveries.alert_id = alerts.id ORDER BY rule_id, at, kind`,
  )
}

/** Appends points with values that no other has, now of old series and now of new ones, to tenants in turn. */
async function writer(bench: Workbench, tenants: readonly string[]) {
  const sent: number[] = []
  return {
    sent,
    async write(records: number): Promise<void> {
      for (let i = 0; i < records; i++) {
        const value = sent.length
        const tenant = tenants[value % tenants.length]
        const metric = value % 3 === 0 ? `m-${value}` : 'steady'
        const batch = batchOf({ tenant, received: Date.now(), series: [[metric, null, {}]], x: [value] })
        await bench.log.append(topics.ingest, [{ key: tenant, value: JSON.stringify(batch) }])
        sent.push(value)
      }
    },
  }
}

async function settled({ log, database }: Pick<Workbench, 'log' | 'database'>): Promise<void> {
  const ends = await log.bounds(topics.ingest)
  await poll(async () => {
    const cursors = await readCursors(database, persistGroup)
    return ends.every(({ partition, high }) => cursors[partition].published >= high)
  }, patienceMs)
  await rolledUp(log, database)
}

async function values({ database }: Pick<Workbench, 'database'>): Promise<number[]> {
  const rows = await database.query<{ value: number }>('SELECT value FROM points ORDER BY value')
  return rows.map(({ value }) => value)
}

test('a backup made while points flow, restored: what came since is read again, nothing is lost or doubled', async () => {
  assert.ok(await acquire(wanted, () => undefined), 'mariadb-dump is neither here nor to be installed')
  await using bench = await workbench()
  const { database, log, stack } = bench
  const tenants = ['acme', 'beta', 'gamma', 'delta']
  for (const name of tenants.slice(1)) await createTenant(database, { name }, Date.now())
  const channels = [await insertChannel(database, tenants[0])]
  for (const threshold of thresholds)
    await insertRule(database, tenants[0], { metricName: 'steady', threshold, durationMs: 0, channels })
  await addFiller(bench)
  const { sent, write } = await writer(bench, tenants)
  const before = await bench.start()
  await write(40)
  await settled(bench)

  await using anew = new AsyncDisposableStack()
  const dump = cli(stack, 'backup')
  anew.defer(() => void dump.stdout.destroy())
  await once(dump.stdout, 'readable')
  // Its snapshot is taken, and most tables are still to be read: now the job would give them another shape.
  const clock = () => Date.now() + 3 * hour
  const registry = new Registry()
  const retention = startRetention({ database, log, logger, registry, keep: bench.config.limits, clock })
  anew.defer(() => retention.close())
  assert.equal(await retention.turn(), false)
  await write(40)
  const backup = await finished(dump)
  assert.equal(await retention.turn(), true)
  await write(40)
  await settled(bench)
  await alertsAtLeast(database, thresholds.filter((threshold) => threshold < 110).length)
  await before.close()
  assert.deepEqual(await values(bench), sent)
  const decidedBefore = await decided(bench)

  const name = new URL(stack.databaseUrl).pathname.slice(1)
  await database.execute(`DROP DATABASE ${name}`)
  await restore(
    stack.databaseUrl,
    `CREATE DATABASE ${name} COLLATE utf8mb4_nopad_bin; USE ${name};\n${backup}`,
  )
  // The connections of before have lost their database.
  const restored = { log, database: openDatabase({ url: stack.databaseUrl }) }
  anew.defer(() => restored.database.close())
  assert.ok((await values(restored)).length < sent.length)
  // Series get their ids in the order in which partitions have their turn: after a restore another one.
  const [{ next }] = await restored.database.query<{ next: number }>('SELECT MAX(id) + 2 AS next FROM series')
  await restored.database.execute(`ALTER TABLE series AUTO_INCREMENT = ${next}`)
  assert.match(await finished(cli(stack, 'doctor', '--restored')), /read again from the log/)
  assert.deepEqual(await examine(log, restored.database), [])

  const after = await bench.start({ database: restored.database })
  anew.defer(() => after.close())
  await alertsAtLeast(restored.database, decidedBefore.length)
  assert.deepEqual(await decided(restored), decidedBefore)
  await write(20)
  await settled(restored)
  await alertsAtLeast(restored.database, thresholds.length)
  assert.equal((await decided(restored)).length, thresholds.length)
  const { stopped, rollup, alert } = after.health()
  assert.deepEqual([stopped, rollup.stopped, alert.stopped], [[], [], []])
  assert.deepEqual(await values(restored), sent)
  assert.deepEqual(await differences(restored.database), [])
})
