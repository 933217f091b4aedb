import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { persistGroup, rollupGroup, topics } from '@streamgauge/core/topics.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { batchOf } from '../persist/fixture.ts'
import { type Workbench, workbench } from '../persist/testing.ts'
import { differences, immortal, rolledUp } from './testing.ts'

/** `KILLS=50` for a long run. */
const kills = Number(process.env.KILLS ?? 6)
const points = [
  'rollup_locked:3',
  'rollup_written:2',
  'rollup_moved:2',
  'rollup_moved:3+1',
  'rollup_committed:2',
]
const tenants = ['red', 'green', 'blue']
const hour = 3_600_000

test('whatever is killed, the windows are what a recompute from the points gives', async (t) => {
  await using bench = await workbench()
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-rollup-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of tenants) await createTenant(bench.database, { name }, Date.now())
  const due: string[] = []
  // A short run meets some of the points only: each run begins at another one.
  const begin = Math.floor(Math.random() * points.length)
  const env = async (name: string) => ({
    ...process.env,
    ...bench.stack.env,
    LOG_LEVEL: 'error',
    HTTP_PORT: String(await freePort()),
    KAFKA_MEMBER_FOLDER: join(folder, name),
  })
  // One dies at its fail points, the other of a signal at any time; each death is a rebalance for both.
  const pointed = cleanup.use(immortal(await env('a'), () => due.shift()))
  const random = cleanup.use(immortal(await env('b'), () => undefined))
  const stop = new AbortController()
  const producing = produce(bench, stop.signal)
  await progress(bench)

  for (let i = 0; i < kills; i++) {
    if (i % 2 === 0) {
      due.push(points[(begin + i / 2) % points.length])
      pointed.kill()
      await pointed.died(2)
    } else {
      await sleep(Math.random() * 1_000)
      random.kill()
    }
    await progress(bench)
  }
  stop.abort()
  const sent = await producing
  await bench.stored()
  await persisted(bench)
  await rolledUp(bench.log, bench.database)
  assert.deepEqual(await Promise.all([pointed.end(), random.end()]), [0, 0])
  const [{ rows }] = await bench.database.query<{ rows: number }>(
    'SELECT COUNT(*) AS `rows` FROM metrics_raw',
  )
  t.diagnostic(`${kills} kills from ${points[begin]} on, ${sent} points sent, ${rows} stored`)
  assert.deepEqual(await differences(bench.database), [])
})

/** Points of many series, late and early, of the same time, with and without ids; answers how many. */
async function produce({ log }: Workbench, signal: AbortSignal): Promise<number> {
  const pick = (below: number) => Math.floor(Math.random() * below)
  const series = Array.from({ length: 12 }, (_, i): SeriesName => [`m${i}`, null, {}])
  let sent = 0
  while (!signal.aborted) {
    const records = tenants.map((tenant) => {
      const received = Date.now()
      const s = Array.from({ length: 1 + pick(60) }, () => pick(series.length))
      const late = () => (Math.random() < 0.8 ? pick(3) : pick(3 * hour))
      const t = s.map(() => received - late())
      const x = s.map(() => (Math.random() < 0.5 ? pick(9) - 4 : (Math.random() - 0.5) * 1e6))
      const ids = s.map(() => (Math.random() < 0.2 ? `id-${pick(2_000)}` : null))
      sent += s.length
      return { key: tenant, value: JSON.stringify(batchOf({ received, tenant, series, s, t, x, ids })) }
    })
    await log.append(topics.ingest, records)
    await sleep(20)
  }
  return sent
}

/** Waits until windows are written that were not at the call. */
async function progress({ database }: Workbench): Promise<void> {
  const total = async () =>
    (await readFollowers(database, rollupGroup)).reduce((sum, { nextSrc }) => sum + nextSrc, 0)
  const before = await total()
  while ((await total()) <= before + 10) await sleep(20)
}

/** Waits until everything that is in the log is in `metrics.persisted`. */
async function persisted({ log, database }: Workbench): Promise<void> {
  const ends = await log.bounds(topics.ingest)
  for (;;) {
    const cursors = await readCursors(database, persistGroup)
    if (ends.every(({ partition, high }) => cursors[partition].published >= high)) return
    await sleep(50)
  }
}
