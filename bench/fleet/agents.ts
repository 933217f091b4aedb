import { join } from 'node:path'
import { type Agent, startAgent } from '@streamgauge/agent/agent.ts'
import { topicsOf } from '@streamgauge/agent/send/messages.ts'
import { answer, ownCpuSeconds } from '../child.ts'

export interface FleetLogin {
  readonly url: string
  readonly username: string
  readonly password: string
}

export type FleetAsk =
  | {
      readonly type: 'start'
      readonly logins: readonly FleetLogin[]
      readonly metrics: number
      readonly intervalMs: number
      /** Where their spools go. */
      readonly folder: string
    }
  | { readonly type: 'count' }
  /** No further looks; what waits is still sent. */
  | { readonly type: 'silence' }
  | { readonly type: 'stop' }

export interface FleetCounts {
  /** Points made since the start. */
  readonly sent: number
  /** Messages that no broker has taken yet. */
  readonly waiting: number
  /** Points given up. */
  readonly dropped: number
  readonly cpuSeconds: number
  /** What the agents complain of, each sentence with how often it was said. */
  readonly reports: readonly (readonly [string, number])[]
}

const spoolBytes = 64 * 1024 * 1024
const reports = new Map<string, number>()
const agents: Agent[] = []
let sent = 0
let isSilent = false

/** Many agents in one process: the ones that people install, each with its own connection, login and spool. */
answer<FleetAsk, FleetCounts>(async (ask) => {
  if (ask.type === 'start') start(ask)
  if (ask.type === 'silence') isSilent = true
  if (ask.type === 'stop') await Promise.all(agents.map((agent) => agent.stop()))
  const counts = agents.map((agent) => agent.counts())
  const sum = (of: (count: (typeof counts)[number]) => number) =>
    counts.reduce((all, one) => all + of(one), 0)
  return {
    sent,
    waiting: sum(({ waitingMessages }) => waitingMessages),
    dropped: sum(({ droppedPoints }) => droppedPoints),
    cpuSeconds: ownCpuSeconds(),
    reports: [...reports],
  }
})

function start({ logins, metrics, intervalMs, folder }: Extract<FleetAsk, { type: 'start' }>): void {
  const names = Array.from({ length: metrics }, (_, n) => `fleet.metric_${n}`)
  for (const login of logins) {
    const topics = topicsOf(login.username)
    if (topics === undefined) throw new Error(`${login.username} is not the login of an agent`)
    const agent = startAgent({
      ...login,
      topics,
      intervalMs,
      spool: { folder: join(folder, login.username), bytes: spoolBytes },
      version: 'fleet',
      inventory: { kind: 'simulated' },
      look(now) {
        if (isSilent) return []
        sent += metrics
        return names.map((metric_name, n) => ({
          metric_name,
          value: Math.sin(now / 10_000 + n),
          timestamp: now,
        }))
      },
      report: (text) => reports.set(text, (reports.get(text) ?? 0) + 1),
    })
    agents.push(agent)
  }
}
