import { setTimeout as sleep } from 'node:timers/promises'
import { readCursors } from '@streamgauge/adapters/mariadb/cursors.ts'
import { offsetOf } from '@streamgauge/core/position.ts'
import { createRandom } from '@streamgauge/core/random.ts'
import { persistGroup, topics } from '@streamgauge/core/topics.ts'
import { type AlertResult, judgeAlertsOf } from './alerts.ts'
import { type Arena, openArena } from './arena.ts'
import { readComplaints } from './complaints.ts'
import { gather } from './evidence.ts'
import { Ledger } from './ledger.ts'
import { type Cycle, describeFault, type Fault } from './plan.ts'
import { produce, type Surprises } from './producer.ts'
import { pulseMetric } from './pulse.ts'
import { judgeStream, type StreamVerdict, startReader } from './reader.ts'
import { type Recovery, recover } from './recover.ts'
import { judgeRollups, type RollupVerdict } from './rollups.ts'
import { describeStall } from './stall.ts'
import { type Strike, strike } from './strike.ts'
import { judge, type Place, type Verdict } from './verdict.ts'

export interface RunOptions {
  readonly seed: number
  readonly cycles: readonly Cycle[]
  /** Ends after the cycle in which this time is over, ms. */
  readonly mostMs?: number
  readonly pipelines?: number
  readonly http?: number
  readonly tenants?: number
  readonly pointsPerSecond?: number
  /** Between cycles, ms. */
  readonly settleMs?: number
  say(text: string): void
}

/** Times count from the end of the fault. */
export interface CycleResult extends Recovery {
  readonly faults: string
  /** Whether all of it came to pass, at last. */
  readonly happened: boolean
  /** How often a fault was tried once more because it had not come to pass. */
  readonly again: number
  /** How long the slowest of the pipelines that were started again took to start, ms: what the machine allows for. */
  readonly startMs: number
}

export interface RunResult extends Verdict {
  readonly cycles: readonly CycleResult[]
  /** Cycles that the time was not enough for. */
  readonly skipped: number
  readonly stuckPartitions: number
  readonly rollups: RollupVerdict
  readonly alerts: AlertResult
  readonly stream: StreamVerdict
  /** Answers that no client should get. */
  readonly surprises: Surprises
  /** What the roles logged that no fault excuses. */
  readonly complaints: ReadonlyMap<string, number>
  /** Logs of the roles, when something was wrong. */
  readonly folder: string
  readonly good: boolean
}

const defaults = { pipelines: 3, http: 2, tenants: 6, pointsPerSecond: 1_500, settleMs: 500 }
const settings = {
  requestsPerSecond: 20,
  drainMs: 90_000,
  /** A reader whose gateway went silent waits 25 s for a heartbeat before it asks another one. */
  streamMs: 40_000,
  /** What is hit may be about to start at the moment, or nothing may pass the place of the fault. */
  attempts: 3,
  againMs: 1_000,
}

/** Breaks things under load, cycle by cycle, and judges what is left. */
export async function runChaos(options: RunOptions): Promise<RunResult> {
  const { say, seed } = options
  const { pipelines, http, tenants, pointsPerSecond, settleMs } = { ...defaults, ...options }
  await using arena = await openArena({ pipelines, http, tenants })
  const started = performance.now()
  const ledger = new Ledger(pointsPerSecond)
  const surprises: Surprises = new Map()
  const rubbish: Place[] = []
  const stop = new AbortController()
  const pointsPerRequest = Math.max(1, Math.round(pointsPerSecond / tenants / settings.requestsPerSecond))
  const producing = arena.tenants.map(({ name, token, ageMs }, i) => {
    const port = () => arena.doors[i % arena.doors.length].port
    const random = createRandom(seed + i + 1)
    const { requestsPerSecond } = settings
    return produce(
      { ledger, tenant: name, token, ageMs, port, random, requestsPerSecond, pointsPerRequest },
      stop.signal,
      surprises,
    )
  })
  const [watched] = arena.tenants
  let turn = 0
  const reader = startReader({
    tenant: watched.name,
    token: watched.token,
    metric: pulseMetric,
    url: () => `http://127.0.0.1:${arena.http[turn++ % arena.http.length].port}`,
  })
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(async () => {
    stop.abort()
    await Promise.all([...producing, reader.stop()])
  })

  if ((await recover(arena, Date.now())).recoveryMs === null)
    throw new Error('no point moved before the first fault')
  const results: CycleResult[] = []
  for (const [i, cycle] of options.cycles.entries()) {
    if (options.mostMs !== undefined && performance.now() - started > options.mostMs) break
    const faults = cycle.map(describeFault).join(' + ')
    const using = { arena, rubbish: () => spoil(arena, rubbish) }
    const endedBefore = arena.pipelines.map(({ ended }) => ended)
    const attempts = await Promise.all(cycle.map((fault) => strikeUntilItHits(using, fault)))
    const happened = !attempts.includes(null)
    const recovery = await recover(arena, Date.now())
    const { recoveryMs } = recovery
    const startedAgain = arena.pipelines.filter(({ ended }, i) => ended > endedBefore[i])
    const startMs = Math.round(Math.max(0, ...startedAgain.map((slot) => slot.startMs)))
    const again = attempts.reduce((sum: number, count) => sum + (count ?? settings.attempts) - 1, 0)
    results.push({ faults, happened, again, ...recovery, startMs })
    const outcome = recoveryMs === null ? 'NOT MOVING AGAIN' : `moving again after ${recoveryMs} ms`
    const note = happened ? '' : ' (did not come to it)'
    say(`${String(i + 1).padStart(3)}/${options.cycles.length}  ${faults}${note}: ${outcome}`)
    if (recoveryMs === null) say(await describeStall(arena).catch(String))
    await sleep(settleMs)
  }

  stop.abort()
  await Promise.all(producing)
  const stoppedAt = Date.now()
  const stuckPartitions = await drain(arena)
  say('reading everything back')
  const evidence = await gather(arena.log, arena.database, { sent: ledger.sent, rubbish })
  const verdict = judge(evidence)
  const watchedRows = evidence.rows
    .filter(({ partition }) => partition === watched.partition)
    .map(({ position, value }) => ({ offset: offsetOf(position), value }))
  const lastOffset = watchedRows.reduce((last, { offset }) => Math.max(last, offset), -1)
  await reader.reached(lastOffset, settings.streamMs)
  await reader.stop()
  const stream = judgeStream(reader, watchedRows)
  const complaints = readComplaints(arena.folder)
  const rollups = await judgeRollups(arena, evidence.persisted)
  const alerts = await judgeAlertsOf(arena, evidence.persisted, stoppedAt)
  const good =
    [verdict.flaws, alerts.flaws].flatMap(Object.values).every((count) => count === 0) &&
    results.length > 0 &&
    stuckPartitions === 0 &&
    rollups.wrong === 0 &&
    alerts.waiting.length === 0 &&
    alerts.counts.notifications > 0 &&
    results.every(
      ({ happened, recoveryMs, rollupMs, alertMs }) =>
        happened && ![recoveryMs, rollupMs, alertMs].includes(null),
    ) &&
    stream.lost + stream.doubled === 0 &&
    stream.points > 0 &&
    surprises.size + complaints.size === 0
  if (!good) arena.keep()
  const { folder } = arena
  return {
    ...verdict,
    cycles: results,
    skipped: options.cycles.length - results.length,
    stuckPartitions,
    rollups,
    alerts,
    stream,
    surprises,
    complaints,
    folder,
    good,
  }
}

/** Answers how many attempts it took; null when none of them came to anything. */
async function strikeUntilItHits(using: Strike, fault: Fault): Promise<number | null> {
  for (let attempt = 1; attempt <= settings.attempts; attempt++) {
    if (await strike(using, fault)) return attempt
    await sleep(settings.againMs)
  }
  return null
}

/** Puts a record that is no batch into a partition that is in use. */
async function spoil(arena: Arena, rubbish: Place[]): Promise<void> {
  for (const { name, partition } of arena.tenants) {
    const [{ offset }] = await arena.log.append(topics.ingest, [{ key: name, partition, value: 'rubbish' }])
    rubbish.push({ partition, offset })
  }
}

/** Waits until everything in the log is stored and published; answers how many partitions never got there. */
async function drain({ database, log }: Arena): Promise<number> {
  const end = performance.now() + settings.drainMs
  for (;;) {
    // A request that its client gave up on may still be appended.
    const bounds = new Map((await log.bounds(topics.ingest)).map(({ partition, high }) => [partition, high]))
    const cursors = await readCursors(database, persistGroup)
    const stuck = cursors.filter(({ partition, published }) => published < (bounds.get(partition) ?? 0))
    if (stuck.length === 0 || performance.now() > end) return stuck.length
    await sleep(100)
  }
}
