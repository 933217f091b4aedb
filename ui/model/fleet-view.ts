import type { AgentItem, AgentStatus } from '../api/types.ts'
import { byInterest } from './metric-order.ts'

export const sortKeys = ['status', 'agent', 'seen', 'value', 'version'] as const
export type SortKey = (typeof sortKeys)[number]

/** How a list of agents is sorted. */
export interface Sort {
  readonly key: SortKey
  /** The other way round. */
  readonly down: boolean
}

/** What needs somebody's eye comes first. */
export const defaultSort: Sort = { key: 'status', down: false }

/** Reads the sort of an address: `seen`, `-value`. */
export function parseSort(text: string | undefined): Sort {
  const down = text?.startsWith('-') ?? false
  const key = sortKeys.find((k) => k === text?.slice(down ? 1 : 0))
  return key ? { key, down } : defaultSort
}

/** Undefined for the usual order. */
export function formatSort({ key, down }: Sort): string | undefined {
  return key === defaultSort.key && !down ? undefined : `${down ? '-' : ''}${key}`
}

/** Pressing a column's head: sorts by it, or turns the order round. */
export function pressed(sort: Sort, key: SortKey): Sort {
  return sort.key === key ? { key, down: !sort.down } : { key, down: key === 'value' }
}

export interface FleetView {
  readonly search: string
  /** None of them: all. */
  readonly statuses: readonly AgentStatus[]
  readonly sort: Sort
}

/** The agents to show, in order; equals by name. `measure` is what the column of values shows, NaN for nothing. */
export function arrange(
  agents: readonly AgentItem[],
  { search, statuses, sort }: FleetView,
  measure: (agent: string) => number,
): AgentItem[] {
  const wanted = search.toLowerCase()
  const shown = agents.filter(
    ({ agent_id, status }) =>
      (statuses.length === 0 || statuses.includes(status)) && agent_id.toLowerCase().includes(wanted),
  )
  const compare = comparisons(measure)[sort.key]
  const sign = sort.down ? -1 : 1
  return shown.sort((a, b) => sign * compare(a, b) || byName(a, b))
}

/** Agents of each status; those whose login was revoked are no longer part of the fleet. */
export function countStatuses(agents: readonly AgentItem[]): Record<AgentStatus | 'all', number> {
  const counts = { online: 0, late: 0, offline: 0, unknown: 0, all: 0 }
  for (const agent of agents) {
    if (agent.reason === 'revoked') continue
    counts[agent.status]++
    counts.all++
  }
  return counts
}

/** How much an agent needs somebody's eye, most first: what was lost before what was stopped on purpose. */
export function concern({ status, reason }: Pick<AgentItem, 'status' | 'reason'>): number {
  if (reason === 'revoked') return 5
  if (status === 'offline') return reason === 'stopped' ? 3 : 0
  return { late: 1, unknown: 2, online: 4 }[status]
}

/** The metric that stands for a fleet: the one most agents have; a load of the CPU before others, then what people look at first. */
export function mainMetric(agents: readonly AgentItem[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { metrics } of agents)
    for (const name of new Set(metrics.map((metric) => metric.metric_name)))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  const isCpu = (name: string) => Number(/cpu/i.test(name))
  const best = [...counts].sort(([a, of], [b, than]) => than - of || isCpu(b) - isCpu(a) || byInterest(a, b))
  return best[0]?.[0]
}

type Comparison = (a: AgentItem, b: AgentItem) => number

function comparisons(measure: (agent: string) => number): Record<SortKey, Comparison> {
  return {
    status: (a, b) => concern(a) - concern(b),
    agent: byName,
    // the one heard last comes first: its age is the least
    seen: (a, b) => (b.last_seen ?? 0) - (a.last_seen ?? 0),
    value: (a, b) => rank(measure(a.agent_id)) - rank(measure(b.agent_id)),
    version: (a, b) => natural.compare(a.version ?? '', b.version ?? ''),
  }
}

const natural = new Intl.Collator('en', { numeric: true })

/** `web-2` before `web-10`. */
function byName(a: AgentItem, b: AgentItem): number {
  return natural.compare(a.agent_id, b.agent_id)
}

function rank(value: number): number {
  // infinities would make a difference that is no number
  return Number.isNaN(value) ? -Number.MAX_VALUE : value
}
