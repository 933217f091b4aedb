import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import { createProgress } from '@streamgauge/local/progress.ts'
import { startChild } from '../child.ts'
import { type Installation, processNames, startInstallation, type Tenant } from '../installation.ts'
import { openStream } from '../load/stream.ts'
import { cpuSeconds } from '../proc.ts'
import type { FleetAsk, FleetCounts, FleetLogin } from './agents.ts'
import { createLag, type Lag } from './lag.ts'
import { breakThings, outageSeconds } from './outages.ts'

/** `npm run fleet`: simulated agents on an installation of their own, and whether everything they sent is stored once. */
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    metrics: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '300' },
    interval: { type: 'string', default: '1000' },
    break: { type: 'boolean', default: false },
  },
})
const [agents, metrics, seconds, intervalMs] = [
  values.agents,
  values.metrics,
  values.seconds,
  values.interval,
].map(Number)
if (![agents, metrics, seconds, intervalMs].every((value) => Number.isInteger(value) && value > 0)) {
  console.error(
    'npm run fleet -- [--agents N] [--metrics N] [--seconds N] [--interval MS] [--break], whole numbers above 0',
  )
  process.exit(2)
}

/** Of one partition each. */
const tenantCount = Math.min(4, agents)
const enrolAtOnce = 8
const warmUpMs = 5_000
/** Everything sent must be stored within this time after the last look; what spools have gathered takes its time. */
const drainMs = values.break ? 900_000 : 120_000
const measured = [...processNames, 'mqtt'] as const

const rowsOf = `FROM metrics_raw JOIN series ON series.id = series_id WHERE series.tenant_id = ?`

const progress = createProgress(process.stdout)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const folder = mkdtempSync(join(tmpdir(), 'streamgauge-fleet-'))
let good = false
try {
  await using installation = await startInstallation({ progress })
  good = await run(installation)
} finally {
  rmSync(folder, { recursive: true, force: true })
  progress.end()
}
process.exit(good ? 0 : 1)

async function run(installation: Installation): Promise<boolean> {
  const tenants: Tenant[] = []
  for (let n = 0; n < tenantCount; n++) tenants.push(await installation.tenant('fleet'))
  const enrolment = progress.step(`${agents} enrolments`)
  const logins = await enrol(installation, tenants, enrolment.say)
  enrolment.done()

  const lag = createLag()
  let watch = false
  const streams = tenants.map((tenant) =>
    openStream(installation.url, tenant, '', (batch) => watch && note(lag, batch.t)),
  )
  for (const stream of await Promise.all(streams)) await stream.opened
  using fleet = startChild<FleetAsk, FleetCounts>('fleet/agents.ts')
  const running = progress.step('Fleet')
  await fleet.ask({ type: 'start', logins, metrics, intervalMs, folder })
  await sleep(warmUpMs)
  watch = true
  const before = await fleet.ask({ type: 'count' })
  const cpu = await (values.break ? broken(installation, running.say) : calm(installation, running.say))
  const after = await fleet.ask({ type: 'silence' })
  running.done()

  const draining = progress.step('Everything stored')
  const since = performance.now()
  let stored = await count(installation, tenants)
  let counts = after
  while (performance.now() - since < drainMs && (counts.waiting > 0 || stored.rows < after.sent)) {
    draining.say(`${stored.rows} of ${after.sent}`)
    await sleep(500)
    counts = await fleet.ask({ type: 'count' })
    stored = await count(installation, tenants)
  }
  draining.done()
  const points = await distinct(installation, tenants)
  await fleet.ask({ type: 'stop' })

  const lasted = values.break ? outageSeconds : seconds
  const rate = (after.sent - before.sent) / lasted
  const percent = (used: number) => `${((used / lasted) * 100).toFixed(1)} %`
  const lines: readonly (readonly [string, string])[] = [
    ['agents', `${agents}, each with its own login, connection and spool`],
    ['points', `${metrics} every ${intervalMs} ms, ${Math.round(rate)} a second`],
    ['sent', String(after.sent)],
    ['not taken', `${counts.waiting} messages wait, ${counts.dropped} points given up`],
    ['stored', String(stored.rows)],
    ['lost', String(after.sent - points)],
    ['doubled', String(stored.rows - points)],
    ['lag', [0.5, 0.95, 0.99].map((q) => `p${q * 100} ${lag.quantile(q) ?? '–'} ms`).join(', ')],
    ...cpu.map(([name, used], n): [string, string] => [
      n === 0 ? 'CPU of a core' : '',
      `${name} ${percent(used)}`,
    ]),
    ['— of the fleet', percent(after.cpuSeconds - before.cpuSeconds)],
    ...after.reports.map(([text, times]): [string, string] => [`said ${times} ×`, text]),
  ]
  for (const [what, text] of lines) progress.print(`  ${what.padEnd(16)}${text}`)
  return after.sent === points && stored.rows === points && counts.dropped === 0
}

/** Lets it run undisturbed; answers what each process took, CPU seconds. */
async function calm(installation: Installation, say: (text: string) => void): Promise<[string, number][]> {
  const pids = measured.map((name) => installation.pid(name))
  const before = pids.map(cpuSeconds)
  for (let left = seconds; left > 0; left--) {
    if (left % 30 === 0) say(`${left} s left`)
    await sleep(1_000)
  }
  return measured.map((name, n) => [name, cpuSeconds(pids[n]) - before[n]])
}

/** Takes the processes away from it, one after the other: what they took says nothing then. */
async function broken(installation: Installation, say: (text: string) => void): Promise<[]> {
  await breakThings(installation, say)
  return []
}

async function enrol(
  { url, operatorToken }: Installation,
  tenants: readonly Tenant[],
  say: (text: string) => void,
): Promise<FleetLogin[]> {
  const logins: FleetLogin[] = []
  let next = 0
  async function work(): Promise<void> {
    while (next < agents) {
      const n = next++
      const address = `${url}/api/v1/tenants/${tenants[n % tenants.length].name}/agents`
      const body = { agent_id: `agent-${n}` }
      const reply = await callApi(address, { token: operatorToken, method: 'POST', body })
      logins.push(expectStatus(reply, 201).mqtt as FleetLogin)
      if (logins.length % 100 === 0) say(`${logins.length} of ${agents}`)
    }
  }
  await Promise.all(Array.from({ length: enrolAtOnce }, work))
  return logins
}

/** From the look to the stream, by the one clock that both sides share here. */
function note(lag: Lag, times: readonly number[]): void {
  const now = Date.now()
  for (const time of times) lag.add(now - time, 1)
}

async function count({ database }: Installation, tenants: readonly Tenant[]): Promise<{ rows: number }> {
  let rows = 0
  for (const { id } of tenants) {
    const [row] = await database.query<{ n: number }>(`SELECT COUNT(*) AS n ${rowsOf}`, [id])
    rows += Number(row.n)
  }
  return { rows }
}

/** Each metric of an agent has one point of a time. */
async function distinct({ database }: Installation, tenants: readonly Tenant[]): Promise<number> {
  let points = 0
  for (const { id } of tenants) {
    const each = `SELECT COUNT(DISTINCT ts) AS n ${rowsOf} GROUP BY series_id`
    const [row] = await database.query<{ n: number }>(`SELECT SUM(n) AS n FROM (${each}) AS each_series`, [
      id,
    ])
    points += Number(row.n)
  }
  return points
}
