import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { poll } from '@streamgauge/bench/poll.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { acquire } from '@streamgauge/local/install/acquire.ts'
import { runTool } from '@streamgauge/local/install/run.ts'
import { afterRestore, examine } from './doctor.ts'
import { batchOf } from './persist/fixture.ts'
import { type Workbench, workbench } from './persist/testing.ts'
import { differences, rolledUp } from './rollup/testing.ts'

const patienceMs = 60_000
const wanted = { title: 'mariadb-dump', programs: ['mariadb-dump'], packages: ['mariadb-client'] }

/** The arguments with which MariaDB's own tools reach the database of a test; the password goes the other way. */
function toolsFor(databaseUrl: string) {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const name = pathname.slice(1)
  const login = ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`]
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(password) }
  return {
    name,
    dump: (program: string) =>
      runTool(program, [...login, '--single-transaction', '--hex-blob', name], {
        purpose: 'the backup',
        env,
      }),
    restore: (input: string) => runTool('mariadb', login, { purpose: 'the restore', env, input }),
  }
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

test('a backup made while points flow, restored: what came since is read again, nothing is lost or doubled', async (t) => {
  const program = await acquire(wanted, () => undefined)
  if (program === undefined) return t.skip('mariadb-dump is not here and can’t be installed')
  await using bench = await workbench()
  const { database, log, stack } = bench
  const tenants = ['acme', 'beta', 'gamma', 'delta']
  for (const name of tenants.slice(1)) await createTenant(database, { name }, Date.now())
  const { sent, write } = await writer(bench, tenants)
  const before = await bench.start()
  await write(40)
  await settled(bench)

  const tools = toolsFor(stack.databaseUrl)
  const [backup] = await Promise.all([tools.dump(program), write(40)])
  await write(40)
  await settled(bench)
  await before.close()
  assert.deepEqual(await values(bench), sent)

  await database.execute(`DROP DATABASE ${tools.name}`)
  await tools.restore(
    `CREATE DATABASE ${tools.name} COLLATE utf8mb4_nopad_bin; USE ${tools.name};\n${backup}`,
  )
  // The connections of before have lost their database.
  await using anew = new AsyncDisposableStack()
  const restored = { log, database: openDatabase({ url: stack.databaseUrl }) }
  anew.defer(() => restored.database.close())
  assert.ok((await values(restored)).length < sent.length)
  // Series get their ids in the order in which partitions have their turn: after a restore another one.
  const [{ next }] = await restored.database.query<{ next: number }>('SELECT MAX(id) + 2 AS next FROM series')
  await restored.database.execute(`ALTER TABLE series AUTO_INCREMENT = ${next}`)
  await afterRestore(log, restored.database)
  assert.deepEqual(await examine(log, restored.database), [])

  const after = await bench.start({ database: restored.database })
  anew.defer(() => after.close())
  await write(20)
  await settled(restored)
  const { stopped, rollup, alert } = after.health()
  assert.deepEqual([stopped, rollup.stopped, alert.stopped], [[], [], []])
  assert.deepEqual(await values(restored), sent)
  assert.deepEqual(await differences(restored.database), [])
})
