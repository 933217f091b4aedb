import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readToEnd } from '@streamgauge/adapters/kafka/read.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { alertGroup, topics } from '@streamgauge/core/topics.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { batchOf } from '../persist/fixture.ts'
import { type Workbench, workbench } from '../persist/testing.ts'
import { immortal } from '../rollup/testing.ts'
import { Memory } from './memory.ts'
import { RuleBook } from './rules.ts'
import { takeRecords } from './take.ts'
import { insertChannel, insertRule, storedAlerts } from './testing.ts'

/** `KILLS=50` for a long run. */
const kills = Number(process.env.KILLS ?? 8)
const points = ['alert_locked:2', 'alert_written:2', 'alert_moved:2', 'alert_committed:2', 'alert_relayed:2']
const tenants = ['red', 'green', 'blue']
const graceMs = 1_000
/**
 * Their rule goes on firing long after its last breach: most writes there have no transition, only states that follow
 * their points, and every kill finds some of them between the last breach and the end.
 */
const patient = {
  ...{ keepFiringMs: 3_000, everyMs: 4_500, breachMs: 600, apartMs: 750 },
  tenants: Array.from({ length: 6 }, (_, i) => `grey-${i}`),
}
/**
 * The clock at the door goes ahead here: a machine that is busy with dying processes takes its time to append, and what
 * is late must not depend on it.
 */
const aheadMs = 1_000

test('whatever is killed, each transition is decided, recorded and put into the outbox once, and published', async (t) => {
  await using bench = await workbench()
  const { database, log } = bench
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-alert-'))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of tenants) {
    await createTenant(database, { name }, Date.now())
    const rule = { threshold: 5, channels: [await insertChannel(database, name)] }
    await insertRule(database, name, { ...rule, durationMs: 0 })
    await insertRule(database, name, { ...rule, durationMs: 300 })
    await insertRule(database, name, { ...rule, durationMs: 2_000, keepFiringMs: 400, clearThreshold: 3 })
  }
  for (const name of patient.tenants) {
    await createTenant(database, { name }, Date.now())
    const channels = [await insertChannel(database, name)]
    const { keepFiringMs } = patient
    await insertRule(database, name, { threshold: 5, durationMs: 0, keepFiringMs, channels })
  }
  const due: string[] = []
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
      due.push(points[(i / 2) % points.length])
      pointed.kill()
      await pointed.died(2)
    } else {
      await sleep(Math.random() * 1_000)
      random.kill()
    }
    await progress(bench)
  }
  stop.abort()
  await producing
  await settled(bench)
  const expected = await undisturbed(bench)
  const alerts = await outcome(bench)
  assert.deepEqual(await Promise.all([pointed.end(), random.end()]), [0, 0])
  t.diagnostic(`${kills} kills, ${alerts.length} transitions`)
  assert.ok(alerts.length > 50)
  assert.deepEqual(alerts, expected)
  await assertTold(bench)
  const published = (await readToEnd(log, topics.transitions)).map(({ key, value }) => [
    key,
    JSON.parse(value.toString()).id,
  ])
  const ids = (await storedAlerts(database)).map(({ id }) => id)
  assert.deepEqual(
    [...new Set(published.map(([, id]) => id))].sort((a, b) => a - b),
    ids,
  )
  t.diagnostic(`${published.length - ids.length} published again`)
})

const series = [0, 1, 2].map((i): SeriesName => ['cpu', `web-${i}`, {}])

/** Points that breach and don't, late ones and such of the same time; in the end none breaches. */
async function produce({ log }: Workbench, signal: AbortSignal): Promise<void> {
  const pick = (below: number) => Math.floor(Math.random() * below)
  const append = (indexes: () => number[], value: () => number, lateness: () => number) => {
    const received = Date.now() + aheadMs
    const records = tenants.map((tenant) => {
      const s = indexes()
      const t = s.map(() => received - lateness())
      return {
        key: tenant,
        value: JSON.stringify(batchOf({ received, tenant, series, s, t, x: s.map(value) })),
      }
    })
    return log.append(topics.ingest, [...records, ...patientRecords(received, signal.aborted)])
  }
  let level = 0
  while (!signal.aborted) {
    if (pick(12) === 0) level = pick(2) * 6
    const some = () => Array.from({ length: 1 + pick(2) }, () => pick(series.length))
    await append(
      some,
      () => level + pick(4),
      () => (pick(4) === 0 ? pick(500) : 0),
    )
    await sleep(60)
  }
  await append(
    () => [...series.keys()],
    () => 0,
    () => 0,
  )
}

/** A point of each patient one; they breach in turn. */
function patientRecords(received: number, isOver: boolean) {
  const { everyMs, breachMs, apartMs } = patient
  return patient.tenants.map((tenant, i) => {
    const breaches = !isOver && (received + i * apartMs) % everyMs < breachMs
    const batch = batchOf({ received, tenant, series: [series[0]], x: [breaches ? 9 : 0] })
    return { key: tenant, value: JSON.stringify(batch) }
  })
}

/** Waits until records are taken that were not there at the call. */
async function progress({ database }: Workbench): Promise<void> {
  const total = async () =>
    (await readFollowers(database, alertGroup)).reduce((sum, { nextSrc }) => sum + nextSrc, 0)
  const before = await total()
  while ((await total()) <= before + 10) await sleep(20)
}

/** Waits until every record is held against the rules, the clock has nothing left to decide, and all is published. */
async function settled({ log, database }: Workbench): Promise<void> {
  const ends = await log.bounds(topics.ingest)
  for (;;) {
    await sleep(50)
    const cursors = await readFollowers(database, alertGroup)
    if (!ends.every(({ partition, high }) => cursors[partition].nextSrc >= high)) continue
    const open = await database.query("SELECT 1 FROM alert_states WHERE state <> 'OK' LIMIT 1")
    const waiting = (await storedAlerts(database)).some(({ published }) => published === null)
    if (open.length === 0 && !waiting) return
  }
}

/** What one process gives that reads everything once, from the beginning. */
async function undisturbed({ log, database }: Workbench): Promise<string[]> {
  const book = new RuleBook(database)
  await book.refresh()
  const records = Map.groupBy(await readToEnd(log, topics.persisted), ({ partition }) => partition)
  const found: string[] = []
  for (const [partition, some] of records) {
    const memory = new Memory({ partition, nextSrc: 0, topicOffset: 0, since: 0, version: 0 }, [], book)
    takeRecords(memory, some, book, graceMs)
    memory.tick(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, graceMs)
    for (const { alert } of memory.alerts) {
      const { rule, seriesId, from, to, at, reason, value, offset } = alert
      found.push(`${rule.id}:${seriesId} ${from}>${to} ${at} ${reason} ${value} ${offset}`)
    }
  }
  return byWatch(found)
}

async function outcome({ database }: Workbench): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `SELECT CONCAT(rule_id, ':', series_id, ' ', from_state, '>', to_state, ' ', at, ' ', reason, ' ', value, ' ', position)
       AS line FROM alerts ORDER BY id`,
  )
  return byWatch(rows.map(({ line }) => line))
}

/** Those of a rule and a series together, in their order. */
function byWatch(lines: readonly string[]): string[] {
  const groups = Map.groupBy(lines, (line) => line.split(' ')[0])
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, some]) => some)
}

/** Each alert that fires is told once, and once that it is over, after that. */
async function assertTold({ database }: Workbench): Promise<void> {
  const wrong = await database.query(
    `SELECT alerts.id, from_state, to_state, kind, after_delivery FROM alerts LEFT JOIN deliveries ON alert_id = alerts.id
     WHERE COALESCE(kind, '') <> CASE WHEN to_state = 'FIRING' THEN 'firing' WHEN from_state = 'FIRING' THEN 'resolved' ELSE '' END
        OR (kind = 'resolved' AND after_delivery IS NULL)`,
  )
  assert.deepEqual(wrong, [])
}
