import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  changeAlertRule,
  createAlertRule,
  deleteAlertRule,
} from '@streamgauge/adapters/mariadb/alert-rules-edit.ts'
import { readFollowers } from '@streamgauge/adapters/mariadb/followers.ts'
import { createTenant } from '@streamgauge/adapters/mariadb/tenants.ts'
import { readAlertRule } from '@streamgauge/core/alert-rule.ts'
import type { SeriesName } from '@streamgauge/core/batch.ts'
import { invariant } from '@streamgauge/core/invariant.ts'
import { alertGroup, topics } from '@streamgauge/core/topics.ts'
import { freePort } from '@streamgauge/local/ports.ts'
import { until } from '../notify/testing.ts'
import { batchOf } from '../persist/fixture.ts'
import { type Workbench, workbench } from '../persist/testing.ts'
import { immortal } from '../rollup/testing.ts'

const second = 1_000
const patienceMs = 60_000

/** A rule that is made, edited and deleted while points come, all of it a while ago. Seconds. */
const story = [
  { at: 0, threshold: 90 },
  { at: 1, value: 95 },
  { at: 10, threshold: 99 },
  { at: 11, value: 97 },
  { at: 20, threshold: 96, duration: 5 },
  { at: 21, value: 97 },
  { at: 27, value: 97 },
  { at: 30, deleted: true },
  { at: 31, value: 200 },
] as const

const told = [
  'OK>FIRING 1 threshold 95',
  'FIRING>OK 10 rule_changed 95',
  'OK>PENDING 21 threshold 97',
  'PENDING>FIRING 26 threshold 97',
  'FIRING>OK 30 rule_deleted 97',
]

test('points received before a rule was edited are held against what it said then, also by a process started later', async () => {
  await using bench = await workbench()
  await using cleanup = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'streamgauge-versions-'))
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }))
  const env = {
    ...process.env,
    ...bench.stack.env,
    LOG_LEVEL: 'error',
    HTTP_PORT: String(await freePort()),
    KAFKA_MEMBER_FOLDER: folder,
  }
  const base = Date.now() - 60 * second
  const live = await teller(bench, 'live', base)
  const late = await teller(bench, 'late', base)
  const [made, ...rest] = story
  // Here it is read as it happens, by a process that has the rule from the start.
  await live.tell(made)
  const engine = cleanup.use(immortal(env, () => undefined))
  for (const step of rest) {
    await live.tell(step)
    await taken(bench)
  }
  assert.deepEqual(await live.outcome(told.length), told)
  // And here it has all happened when the next process begins: the one before reads nothing of it.
  engine.freeze()
  for (const step of story) await late.tell(step)
  engine.kill()
  assert.deepEqual(await late.outcome(told.length), told)
  assert.equal(await engine.end(), 0)
})

type Step = (typeof story)[number]

/** A tenant with one rule, which has yet to be made. */
async function teller(bench: Workbench, name: string, base: number) {
  const { database, log } = bench
  const tenant = await createTenant(database, { name }, base)
  invariant(tenant, 'the tenant is new')
  let id = 0
  return {
    async tell(step: Step): Promise<void> {
      const now = base + step.at * second
      if ('value' in step) {
        const series: SeriesName[] = [['cpu', 'web-1', {}]]
        const batch = batchOf({ received: now, tenant: name, series, s: [0], t: [now], x: [step.value] })
        await log.append(topics.ingest, [{ key: name, value: JSON.stringify(batch) }])
        return
      }
      if ('deleted' in step) {
        await deleteAlertRule(database, { tenantId: tenant.id, id }, now)
        return
      }
      const { at: _, ...said } = step
      const rule = readAlertRule({ name: 'hot', metric_name: 'cpu', operator: '>', ...said })
      invariant(rule.ok, 'the rule is sound')
      const kept = id
        ? await changeAlertRule(database, { tenantId: tenant.id, id, version: undefined }, rule.value, now)
        : await createAlertRule(database, tenant.id, rule.value, now)
      invariant(kept && 'id' in kept, 'the rule is stored')
      id = kept.id
    },
    /** Its transitions, once there are so many. */
    async outcome(count: number): Promise<string[]> {
      let lines: string[] = []
      await until(
        `${name} has ${count} transitions`,
        async () => {
          const rows = await database.query<{ line: string }>(
            `SELECT CONCAT(from_state, '>', to_state, ' ', (at - ?) DIV 1000, ' ', reason, ' ', value) AS line FROM alerts
             WHERE tenant_id = ? ORDER BY id`,
            [base, tenant.id],
          )
          lines = rows.map(({ line }) => line)
          return lines.length >= count
        },
        patienceMs,
      )
      return lines
    },
  }
}

/** Waits until the engine has everything that is in the log, and each of its states is at the present version. */
function taken({ log, database }: Workbench): Promise<void> {
  const holds = async () => {
    const ends = await log.bounds(topics.ingest)
    const cursors = await readFollowers(database, alertGroup)
    const behind = await database.query(
      `SELECT 1 FROM alert_states JOIN alert_rules ON alert_rules.id = rule_id
       WHERE alert_states.version <> alert_rules.version OR deleted_at IS NOT NULL`,
    )
    return behind.length === 0 && ends.every(({ partition, high }) => cursors[partition]?.nextSrc >= high)
  }
  return until('the engine has everything', holds, patienceMs)
}
