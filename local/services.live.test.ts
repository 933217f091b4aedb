import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@streamgauge/adapters/mariadb/pool.ts'
import { identify } from './identity.ts'
import { LaunchError } from './launch-error.ts'
import { openLauncher } from './launcher.ts'
import { runServices } from './run-services.ts'
import { redisCommand } from './services/resp.ts'
import type { Service } from './services/service.ts'
import { startServices } from './stack.ts'

const quiet = { say: () => undefined, done: () => undefined, failed: () => undefined }

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-live-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Services on a data folder that outlives them. */
async function run(dir: string, ...only: Service['name'][]) {
  const reports: string[] = []
  const launcher = await openLauncher({ dir, report: (text) => reports.push(text) })
  const close = () => launcher.close()
  const running = await runServices({ launcher, only, env: {}, step: () => quiet }).catch(async (error) => {
    await close()
    throw error
  })
  return { launcher, running, reports, [Symbol.asyncDispose]: close }
}

async function until(what: string, ms: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `${what} within ${ms} ms`)
    await sleep(50)
  }
}

test('a killed MariaDB is back within 10 s, with its data and under its new pid', async () => {
  await using services = await startServices({ only: ['mariadb'] })
  const { mariadb } = services.control
  const database = openDatabase({ url: mariadb.url })
  await database.execute('CREATE TABLE kept (n INT PRIMARY KEY)')
  for (const n of [1, 2]) {
    await database.execute('INSERT INTO kept VALUES (?)', [n])
    const before = mariadb.pid()
    mariadb.signal('SIGKILL')
    await until('an answer', 10_000, () =>
      database.ping().then(
        () => true,
        () => false,
      ),
    )
    assert.notEqual(mariadb.pid(), before)
    assert.ok(identify(mariadb.pid() ?? 0))
  }
  assert.deepEqual(await database.query('SELECT n FROM kept ORDER BY n'), [{ n: 1 }, { n: 2 }])
  await database.close()
})

test('MariaDB keeps temporary files to itself: one that starts would remove those of another', async () => {
  await using services = await startServices({ only: ['mariadb'] })
  const database = openDatabase({ url: services.control.mariadb.url, connectionLimit: 1 })
  const [{ folder }] = await database.query<{ folder: string }>('SELECT @@tmpdir AS folder')
  assert.ok(folder.startsWith(services.dir), folder)
  await database.close()
})

test('a frozen service is reported, not killed, and goes on when it thaws', async () => {
  const reports: string[] = []
  await using services = await startServices({ only: ['redis'], report: (text) => reports.push(text) })
  const { redis } = services.control
  const pid = redis.pid()
  redis.signal('SIGSTOP')
  await until('a report', 12_000, () => reports.length > 0)
  assert.equal(reports[0], `Redis is running but does not answer (process ${pid})`)
  redis.signal('SIGCONT')
  await until('another report', 12_000, () => reports.length > 1)
  assert.match(reports[1] ?? '', /^Redis answers again after \d+ s$/)
  assert.equal(redis.pid(), pid)
})

test('a damaged store is told in one sentence with the remedy and the last lines', async () => {
  using at = folder()
  await (await run(at.dir, 'mariadb'))[Symbol.asyncDispose]()
  writeFileSync(join(at.dir, 'mariadb', 'ibdata1'), 'garbage')
  await assert.rejects(run(at.dir, 'mariadb'), (error) => {
    assert.ok(error instanceof LaunchError)
    assert.match(
      error.message,
      /^MariaDB ended 3 times before it was ready .*move it away to start with an empty store/,
    )
    assert.match(error.lastLines.join('\n'), /ibdata1|InnoDB/)
    return true
  })
})

test('a damaged log is told in one sentence with the remedy and the last lines', async () => {
  using at = folder()
  await (await run(at.dir, 'kafka'))[Symbol.asyncDispose]()
  writeFileSync(join(at.dir, 'kafka', 'meta.properties'), 'garbage')
  await assert.rejects(run(at.dir, 'kafka'), (error) => {
    assert.ok(error instanceof LaunchError)
    assert.match(
      error.message,
      /^Kafka ended 3 times before it was ready .*move it away to start with an empty log/,
    )
    assert.match(error.lastLines.join('\n'), /node ID not found/)
    return true
  })
})

test('a second start makes nothing anew: same stores, same ports, same passwords', async () => {
  using at = folder()
  // Any path will do: other letters, and longer than the name of a socket may be.
  const dir = join(at.dir, 'Größe und Maß', 'x'.repeat(120))
  async function start() {
    await using started = await run(dir, 'kafka', 'mariadb', 'redis')
    return {
      urls: started.running.map(({ url }) => url),
      made: statSync(join(dir, 'mariadb', 'mysql_upgrade_info')).birthtimeMs,
      formatted: statSync(join(dir, 'kafka', 'meta.properties')).birthtimeMs,
    }
  }
  assert.deepEqual(await start(), await start())
})

test('of two launchers on one data folder the second leaves the services of the first alone', async () => {
  using at = folder()
  await using first = await run(at.dir, 'redis')
  const [{ url, child }] = first.running
  const pid = child?.pid()
  // At the same time, and one after the other.
  const late = await Promise.allSettled([run(at.dir, 'redis'), run(at.dir, 'redis')])
  for (const one of late) {
    assert.ok(one.status === 'rejected' && one.reason instanceof LaunchError)
    assert.match(one.reason.message, /already runs on .* stop that one/)
  }
  assert.equal(await redisCommand(url, ['PING'], 2_000), 'PONG')
  assert.equal(child?.pid(), pid)
  assert.deepEqual(first.reports, [])
})

test('a launcher that is killed leaves no process, and the next one starts on its folder', async () => {
  using at = folder()
  const script = `
    import { openLauncher } from ${JSON.stringify(import.meta.resolve('./launcher.ts'))}
    import { runServices } from ${JSON.stringify(import.meta.resolve('./run-services.ts'))}
    const step = () => ({ say() {}, done() {}, failed() {} })
    const launcher = await openLauncher({ dir: process.argv[1], report: console.error })
    const running = await runServices({ launcher, only: ['redis', 'mariadb'], env: {}, step })
    console.log(JSON.stringify(running.map(({ child }) => child.pid())))`
  const process = spawn(globalThis.process.execPath, ['--input-type=module', '-e', script, at.dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(process.stdout), 'line')
  const pids: number[] = JSON.parse(line)
  assert.equal(pids.filter((pid) => identify(pid)).length, 2)
  process.kill('SIGKILL')
  await once(process, 'exit')
  await using started = await run(at.dir, 'redis')
  assert.ok(started.running[0]?.child?.isLive())
  assert.deepEqual(pids.map(identify), [undefined, undefined])
})

test('a service that is named in the environment is used, not started', async () => {
  using at = folder()
  const launcher = await openLauncher({ dir: at.dir, report: () => undefined })
  const url = 'redis://elsewhere:6379'
  const running = await runServices({ launcher, only: ['redis'], env: { REDIS_URL: url }, step: () => quiet })
  assert.deepEqual(
    running.map((at) => [at.url, at.child]),
    [[url, undefined]],
  )
  await launcher.close()
})
