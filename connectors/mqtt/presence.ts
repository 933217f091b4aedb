import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { within } from '@streamgauge/adapters/deadline.ts'
import type { Logger } from '@streamgauge/adapters/log.ts'
import { type AgentRow, type HeardReport, noteAgentReports } from '@streamgauge/adapters/mariadb/agents.ts'
import { isDataError } from '@streamgauge/adapters/mariadb/faults.ts'
import type { Database } from '@streamgauge/adapters/mariadb/pool.ts'
import { Counter, Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'
import type { AgentChange, PresenceBell } from '@streamgauge/adapters/redis/presence.ts'
import { type AgentReport, parseAgentReport, sameReport, supersedes } from '@streamgauge/core/agent-status.ts'
import { limits } from '@streamgauge/core/limits.ts'

export interface AgentPresenceOptions {
  /** A pool with short time-outs. */
  readonly database: Database
  readonly bell: PresenceBell
  readonly logger: Logger
  readonly registry: Registry
}

/** Keeps the table of agents as the agents say, and tells the gateways. */
export interface AgentPresence {
  /** Takes the payload of a status topic; never waits and never throws. */
  onStatus(tenant: string, agent: string, payload: Buffer): void
  /**
   * From now on tells the gateways twice a second that this bridge is there; `flows` says whether all that agents
   * publish passes through it into the log now.
   */
  beat(flows: () => boolean): void
  /** Stores what waits, within 2 s, and tells that this bridge listens no longer. */
  close(): Promise<void>
}

/** A report that waits to be stored. */
interface Waiting extends HeardReport {
  readonly bytes: number
  /** The gateways know, before MariaDB does. */
  announced: boolean
}

const settings = {
  beatMs: 500,
  /** Reports of one transaction. */
  groupSize: 200,
  /** Payloads that wait while MariaDB is away; the topics keep what goes beyond it. */
  waitingBytes: 16 * 1024 * 1024,
  /** Agents whose last report is remembered, so that hearing it again costs nothing. */
  remembered: 50_000,
  /** For one group to be stored; what comes of it later does no harm. */
  deadlineMs: 1_000,
  retryMs: { min: 250, max: 2_000 },
  closeMs: 2_000,
  /** Between two lines of the log about reports that are none. */
  complainMs: 10_000,
}

export function openAgentPresence(options: AgentPresenceOptions): AgentPresence {
  const { database, bell, logger } = options
  const reports = new Counter({
    name: 'streamgauge_agent_reports_total',
    help: 'Status messages of agents: stored, repeated, outdated (or of no enrolled agent), invalid, or dropped for want of room.',
    labelNames: ['outcome'],
    registers: [options.registry],
  })
  new Gauge({
    name: 'streamgauge_agent_reports_waiting',
    help: 'Status messages that wait for MariaDB.',
    registers: [options.registry],
    collect() {
      this.set(waiting.size)
    },
  })
  const waiting = new Map<string, Waiting>()
  const known = new Map<string, AgentChange>()
  const closing = new AbortController()
  let waitingBytes = 0
  let writing: Promise<void> | undefined
  let bridge: string = randomUUID()
  let since: number | null = null
  let beating = false
  let timer: NodeJS.Timeout | undefined
  let isAway = false
  let complainedAt = Number.NEGATIVE_INFINITY

  function onStatus(tenant: string, agent: string, payload: Buffer): void {
    // A retained message that is taken away.
    if (payload.length === 0) return
    const report =
      payload.length <= limits.agentStatusBytes ? parseAgentReport(payload.toString('utf8')) : undefined
    if (!report) complain(tenant, agent)
    const outcome = report ? keep(tenant, agent, report, payload.length) : 'invalid'
    if (outcome !== 'waiting') reports.inc({ outcome })
    else writing ??= write()
  }

  /** What becomes of a report: it waits to be stored, unless it is nothing new. */
  function keep(tenant: string, agentId: string, report: AgentReport, length: number): string {
    const key = `${tenant}/${agentId}`
    const before = waiting.get(key)
    const last = reportOf(known.get(key))
    if (!before && last && sameReport(report, last)) return 'repeated'
    if (before && !supersedes(report, before.report)) return 'outdated'
    if (waitingBytes + length > settings.waitingBytes) return 'dropped'
    // What a birth told of the agent stays when its will overtakes it here.
    const whole = { ...before?.report, ...report }
    take(key)
    waiting.set(key, {
      tenant,
      agentId,
      report: whole,
      heardAt: Date.now(),
      bytes: length + (before?.bytes ?? 0),
      announced: false,
    })
    waitingBytes += length + (before?.bytes ?? 0)
    return 'waiting'
  }

  function take(key: string): void {
    waitingBytes -= waiting.get(key)?.bytes ?? 0
    waiting.delete(key)
  }

  async function write(): Promise<void> {
    // What came in the same piece of the stream is stored together.
    await new Promise(setImmediate)
    let pauseMs: number = settings.retryMs.min
    let size: number = settings.groupSize
    while (waiting.size > 0) {
      if (isAway) await announceUnstored()
      const group = [...waiting].slice(0, size)
      try {
        const noting = noteAgentReports(
          database,
          group.map(([, one]) => one),
        )
        const rows = await within(noting, settings.deadlineMs, 'MariaDB did not answer')
        for (const [key, one] of group) if (waiting.get(key) === one) take(key)
        turn(false, undefined)
        pauseMs = settings.retryMs.min
        size = settings.groupSize
        await stored(group, rows)
      } catch (error) {
        if (isDataError(error)) {
          // One that can't be stored must not hold up the others.
          if (size === 1) refuse(group[0][0], error)
          size = 1
          continue
        }
        turn(true, error)
        if (closing.signal.aborted) break
        await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined)
        pauseMs = Math.min(2 * pauseMs, settings.retryMs.max)
      }
    }
    writing = undefined
  }

  function refuse(key: string, error: unknown): void {
    take(key)
    reports.inc({ outcome: 'invalid' })
    logger.error({ err: error, agent: key }, 'MariaDB refuses what an agent says of itself; it was dropped')
  }

  async function stored(group: readonly [string, Waiting][], rows: readonly AgentRow[]): Promise<void> {
    const news: AgentRow[] = []
    const byKey = new Map(rows.map((row) => [`${row.tenant}/${row.agentId}`, row]))
    for (const [key, { report, heardAt }] of group) {
      const row = byKey.get(key)
      const last = reportOf(row)
      const said = last !== undefined && sameReport(report, last)
      const isNew = said && row?.statusAt === heardAt
      reports.inc({ outcome: isNew ? 'stored' : said ? 'repeated' : 'outdated' })
      if (!row) continue
      remember(key, row)
      // Where the table says otherwise, it is the table that gateways are to hear.
      if (isNew || !said) news.push(row)
    }
    await ring(news)
  }

  /** While MariaDB is away the gateways may know already; it is stored, and told again, when it is back. */
  async function announceUnstored(): Promise<void> {
    const news: AgentChange[] = []
    for (const [key, one] of waiting) {
      const { report, heardAt } = one
      if (one.announced) continue
      one.announced = true
      const row = known.get(key)
      const last = reportOf(row)
      if (!row || !last || row.revokedAt !== null || report.reason === 'revoked') continue
      if (!supersedes(report, last)) continue
      const { inventory, version, intervalMs } = report
      news.push({
        ...row,
        epoch: report.epoch,
        status: report.status,
        reason: report.reason,
        statusAt: heardAt,
        declaredAt: report.at,
        ...(intervalMs !== undefined && { intervalMs }),
        ...(version !== undefined && { version }),
        ...(inventory !== undefined && { inventory }),
      })
    }
    await ring(news)
  }

  async function ring(news: readonly AgentChange[]): Promise<void> {
    try {
      await bell.agents(news)
    } catch {
      // A bridge that nobody knew is the sign to read what was missed where it is stored.
      bridge = randomUUID()
    }
  }

  function remember(key: string, { version: _, inventory: __, ...row }: AgentRow): void {
    known.delete(key)
    known.set(key, row)
    if (known.size <= settings.remembered) return
    const [oldest] = known.keys()
    known.delete(oldest)
  }

  async function tell(flows: () => boolean): Promise<void> {
    if (beating) return
    beating = true
    since = flows() ? (since ?? Date.now()) : null
    await bell.beat({ bridge, since }).catch(() => undefined)
    beating = false
  }

  function turn(away: boolean, cause: unknown): void {
    if (away === isAway) return
    isAway = away
    if (away) logger.warn({ err: cause }, 'what agents say of themselves waits for MariaDB')
    else logger.info('what agents say of themselves is stored again')
  }

  function complain(tenant: string, agent: string): void {
    if (Date.now() - complainedAt < settings.complainMs) return
    complainedAt = Date.now()
    logger.warn(
      { tenant, agent },
      'an agent published a status that is none, or one that is too long; it was dropped',
    )
  }

  return {
    onStatus,
    beat(flows) {
      timer = setInterval(tell, settings.beatMs, flows).unref()
      void tell(flows)
    },
    async close() {
      clearInterval(timer)
      closing.abort()
      if (writing) await within(writing, settings.closeMs, 'MariaDB').catch(() => undefined)
      await bell.beat({ bridge, since: null }).catch(() => undefined)
    },
  }
}

/** The report that a row stands for; undefined when its agent never said anything. */
function reportOf(
  row: AgentChange | undefined,
): Pick<AgentReport, 'status' | 'reason' | 'epoch' | 'at'> | undefined {
  if (!row || row.status === null || row.epoch === null) return undefined
  return { status: row.status, reason: row.reason, epoch: row.epoch, at: row.declaredAt ?? 0 }
}
