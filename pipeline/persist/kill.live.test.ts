import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import type { LogRecord } from '@streamgauge/adapters/kafka/types.ts'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { createToken, newToken } from '@streamgauge/adapters/mariadb/tokens.ts'
import { srcHeader, topics } from '@streamgauge/core/topics.ts'
import { type Workbench, workbench } from './testing.ts'
import { persistGroup } from './write-run.ts'

const root = join(import.meta.dirname, '..', '..')
const tenants = ['red', 'green', 'blue']
const kills = { pipeline: 4, connectors: 3 }

test('whatever is killed, a point answered 202 is stored once and published once, without a hole', async (t) => {
  await using bench = await workbench()
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-kill-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  const env = { ...process.env, ...bench.stack.env, LOG_LEVEL: 'error', KAFKA_MEMBER_FOLDER: folder }
  const port = await freePort()
  const connectors = cleanup.use(role('connectors', { ...env, HTTP_PORT: String(port) }))
  const pipeline = cleanup.use(role('pipeline', { ...env, HTTP_PORT: String(await freePort()) }))

  const url = `http://127.0.0.1:${port}/api/v1/metrics`
  const producers = await Promise.all(tenants.map((name) => producer(bench, name, url)))
  const stop = new AbortController()
  const producing = producers.map((one) => one.run(stop.signal))

  const recoveries: number[] = []
  for (let i = 0; i < Math.max(kills.pipeline, kills.connectors); i++) {
    await progress(bench)
    await sleep(Math.random() * 400)
    if (i < kills.pipeline) {
      pipeline.kill()
      const start = performance.now()
      await progress(bench)
      recoveries.push(Math.round(performance.now() - start))
    }
    if (i < kills.connectors) {
      await sleep(Math.random() * 200)
      connectors.kill()
    }
  }
  await progress(bench)
  stop.abort()
  await Promise.all(producing)
  await caughtUp(bench)
  assert.deepEqual(await Promise.all([pipeline.end(), connectors.end()]), [0, 0])

  const stored = await bench.database.query<{ tenant: string; value: number }>(
    'SELECT tenant, value FROM points',
  )
  const published = publishedPoints(await readToEnd(bench.log, topics.persisted))
  for (const { name, acknowledged, uncertain } of producers) {
    const values = stored.filter(({ tenant }) => tenant === name).map(({ value }) => value)
    const verdict = compare(values, acknowledged, uncertain)
    t.diagnostic(
      `${name}: ${acknowledged.size} acknowledged, ${uncertain.size} uncertain, ${values.length} stored`,
    )
    assert.deepEqual(verdict, { lost: [], doubled: [], foreign: [] }, name)
    assert.deepEqual(
      published.get(name)?.toSorted(ascending),
      values.toSorted(ascending),
      `${name} published`,
    )
    assert.ok(acknowledged.size > 100)
  }
  t.diagnostic(`from kill to moving again: ${recoveries.join(', ')} ms`)
})

/** A process of main.ts that is started again whenever it is killed, until it is told to end. */
function role(name: string, env: NodeJS.ProcessEnv) {
  let child: ChildProcess
  let ending = false
  const ended = Promise.withResolvers<number | null>()
  function start(): void {
    child = spawn(process.execPath, [join(root, 'main.ts'), `--role=${name}`], { env, stdio: 'inherit' })
    child.on('exit', (code) => (ending ? ended.resolve(code) : start()))
  }
  start()
  const end = async () => {
    if (!ending) child.kill('SIGTERM')
    ending = true
    return ended.promise
  }
  return { kill: () => child.kill('SIGKILL'), end, [Symbol.asyncDispose]: async () => void (await end()) }
}

/**
 * Sends bulks of points with values that are never used again. Half of the bulks carry ids and are sent again until
 * they are acknowledged; the others carry none and are sent once.
 */
async function producer(bench: Workbench, name: string, url: string) {
  const tenant = await createTenant(bench.database, { name }, Date.now())
  assert.ok(tenant)
  const token = newToken()
  await createToken(
    bench.database,
    { token, tenantId: tenant.id, label: 'kill', scopes: ['ingest'], expiresAt: null },
    Date.now(),
  )
  const acknowledged = new Set<number>()
  const uncertain = new Set<number>()
  let sent = 0

  async function post(body: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(8_000),
    }).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => undefined)
    return answer?.status === 202
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let bulk = 0; !signal.aborted; bulk++) {
      const withIds = bulk % 2 === 0
      const values = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => sent++)
      const points = values.map((value) => ({
        metric_name: `m${value % 3}`,
        value,
        ...(withIds && { dedupe_id: `id-${value}` }),
      }))
      let done = await post(JSON.stringify(points))
      while (!done && withIds && !signal.aborted) {
        await sleep(50)
        done = await post(JSON.stringify(points))
      }
      for (const value of values) (done ? acknowledged : uncertain).add(value)
      if (!done) await sleep(50)
    }
  }
  return { name, acknowledged, uncertain, run }
}

/** Waits until persist has stored something that was not there at the call. */
async function progress(bench: Workbench): Promise<void> {
  const before = total(await readCursors(bench.database, persistGroup))
  while (total(await readCursors(bench.database, persistGroup)) <= before + 2) await sleep(20)
}

function total(cursors: { nextOffset: number }[]): number {
  return cursors.reduce((sum, { nextOffset }) => sum + nextOffset, 0)
}

async function caughtUp(bench: Workbench): Promise<void> {
  const ends = await bench.log.bounds(topics.ingest)
  for (;;) {
    const cursors = await readCursors(bench.database, persistGroup)
    if (ends.every(({ partition, high }) => cursors[partition].published >= high)) return
    await sleep(50)
  }
}

/** Values by tenant, each record once. Checks that no source is left out and that repetitions are identical. */
function publishedPoints(records: LogRecord[]): Map<string, number[]> {
  const values = new Map<string, number[]>()
  const seen = new Map<string, LogRecord>()
  const heads = new Map<number, number>()
  for (const record of records) {
    const { partition } = record
    const src = Number(record.headers[srcHeader])
    const before = seen.get(`${partition}:${src}`)
    if (before) {
      assert.ok(before.value.equals(record.value), `${partition}:${src} was published differently again`)
      continue
    }
    assert.equal(src, heads.get(partition) ?? 0, `a hole in partition ${partition}`)
    heads.set(partition, src + 1)
    seen.set(`${partition}:${src}`, record)
    const batch = JSON.parse(record.value.toString())
    values.set(batch.tenant, [...(values.get(batch.tenant) ?? []), ...batch.x])
  }
  return values
}

function compare(values: number[], acknowledged: Set<number>, uncertain: Set<number>) {
  const stored = new Set(values)
  return {
    lost: [...acknowledged].filter((value) => !stored.has(value)),
    doubled: values.toSorted(ascending).filter((value, i, all) => value === all[i - 1]),
    foreign: values.filter((value) => !acknowledged.has(value) && !uncertain.has(value)),
  }
}

function ascending(a: number, b: number): number {
  return a - b
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}
