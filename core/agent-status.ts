import { limits } from './limits.ts'
import { isCleanText } from './names.ts'

/** What an agent says of itself on `agents/{tenant}/{agent}/status`: its birth, its will or its goodbye. */
export interface AgentReport {
  readonly status: 'online' | 'offline'
  /** Of being offline. `revoked` is said in an agent's name; only the table of agents makes it true. */
  readonly reason: 'lost' | 'stopped' | 'revoked' | null
  /** Grows with every start of the agent. */
  readonly epoch: number
  /** By the clock of the agent, epoch ms. A will carries the time of its connection, not that of the loss. */
  readonly at: number
  /** Between its points, ms. */
  readonly intervalMs?: number
  readonly version?: string
  /** What it runs on; a flat or nested object of its own making. */
  readonly inventory?: Readonly<Record<string, unknown>>
}

type ReportKey = Pick<AgentReport, 'status' | 'reason' | 'epoch' | 'at'>

const reasons = new Map<unknown, readonly unknown[]>([
  ['online', [null, undefined]],
  ['offline', ['lost', 'stopped', 'revoked']],
])

/** Reads the payload of a status message; undefined when it is not one. */
export function parseAgentReport(text: string): AgentReport | undefined {
  const said = parseObject(text)
  if (!said) return undefined
  const { status, reason, epoch, at, interval_ms, version, inventory } = said
  if (!reasons.get(status)?.includes(reason)) return undefined
  if (!isTime(epoch) || !isTime(at)) return undefined
  if (
    interval_ms != null &&
    !(isTime(interval_ms) && interval_ms > 0 && interval_ms <= limits.agentIntervalMs)
  )
    return undefined
  if (version != null && !(typeof version === 'string' && isCleanText(version, limits.agentVersionLength)))
    return undefined
  if (inventory != null && !isObject(inventory)) return undefined
  return {
    status: status as AgentReport['status'],
    reason: (reason ?? null) as AgentReport['reason'],
    epoch,
    at,
    ...(interval_ms != null && { intervalMs: interval_ms }),
    ...(version != null && { version }),
    ...(inventory != null && { inventory }),
  }
}

/**
 * Whether `next`, heard after `held`, takes its place. A report of an earlier run never does: the will of a lost
 * connection may come after the birth of the next one. Neither does an older one of the same run, which a broker that
 * crashed can bring back; of wills the time can't be told, so they count.
 */
export function supersedes(next: ReportKey, held: ReportKey): boolean {
  if (next.epoch !== held.epoch) return next.epoch > held.epoch
  if (sameReport(next, held)) return false
  return next.reason === 'lost' || next.at >= held.at
}

/** The same message again, as a broker sends a retained one with every subscription. */
export function sameReport(a: ReportKey, b: ReportKey): boolean {
  return a.epoch === b.epoch && a.at === b.at && a.status === b.status && a.reason === b.reason
}

/** What is stored of an enrolled agent, as far as its status hangs on it. Times are epoch ms of the server. */
export interface Declared {
  readonly status: 'online' | 'offline' | null
  readonly reason: 'lost' | 'stopped' | 'revoked' | null
  /** When the status was learned; null while it never said anything. */
  readonly statusAt: number | null
  readonly intervalMs: number | null
  readonly revokedAt: number | null
}

/** What points tell of an agent. */
export interface Sighting {
  /** Server time of the last record with points of it, epoch ms. */
  readonly lastSeen: number
  /** Learned from its points, ms; null before there were two. */
  readonly intervalMs: number | null
}

/** How far whoever judges could have heard. Epoch ms. */
export interface Sight {
  readonly now: number
  /** Everything accepted until then was seen here. */
  readonly seenUntil: number
  /** Since when what agents publish at the broker reaches us without a gap; Infinity when it doesn't. */
  readonly edgeSince: number
  /** Until when it surely did. */
  readonly edgeUntil: number
}

export const agentStatuses = ['online', 'late', 'offline', 'unknown'] as const
export type AgentStatus = (typeof agentStatuses)[number]

export interface AgentState {
  readonly status: AgentStatus
  readonly reason: 'lost' | 'stopped' | 'revoked' | 'silent' | null
  /** Null when it was never heard of. */
  readonly lastSeen: number | null
  readonly intervalMs: number | null
}

/** Silence in intervals after which an agent is late, and offline. */
const lateAfter = 1.5
const offlineAfter = 2
/** Shorter intervals are read as this: the pipeline's own jitter must not make an agent look late. */
export const shortestIntervalMs = 1_000
/** One sighting alone tells nothing about how often more are to be expected. */
const trustedAloneMs = 60_000
/** Who could not hear for this long is blind: silence proves nothing. Below it, silence counts as far as was heard. */
const blindAfterMs = 2_500
/** Points so long after a goodbye, ms, don't contradict it; later ones do. */
export const farewellMs = 1_000

/**
 * What an agent is doing. The agent's own word counts until points or silence say otherwise: points accepted later
 * than it said goodbye mean that it lives, and silence for more than two intervals that it doesn't. Silence proves
 * nothing to those who could not have heard: then the agent is unknown.
 */
export function agentState(
  declared: Declared | undefined,
  seen: Sighting | undefined,
  sight: Sight,
): AgentState {
  const lastSeen = newest(declared, seen)
  const declaredMs = declared?.intervalMs ?? null
  const intervalMs =
    declaredMs === null ? (seen?.intervalMs ?? null) : Math.max(declaredMs, shortestIntervalMs)
  const goodbye = goodbyeOf(declared)
  if (goodbye && (seen?.lastSeen ?? 0) <= goodbye.at + farewellMs)
    return { status: 'offline', reason: goodbye.reason, lastSeen, intervalMs }
  const heardAtBroker = declared !== undefined && declared.status !== null && !goodbye
  return { ...bySilence(lastSeen, intervalMs, sight, heardAtBroker), lastSeen, intervalMs }
}

function bySilence(
  lastSeen: number | null,
  intervalMs: number | null,
  { now, seenUntil, edgeSince, edgeUntil }: Sight,
  heardAtBroker: boolean,
): Pick<AgentState, 'status' | 'reason'> {
  if (lastSeen === null) return { status: 'unknown', reason: null }
  const sinceSeen = now - lastSeen
  if (intervalMs === null) return { status: sinceSeen <= trustedAloneMs ? 'online' : 'unknown', reason: null }
  if (sinceSeen <= lateAfter * intervalMs) return { status: 'online', reason: null }
  const heardUntil = Math.min(now, seenUntil, heardAtBroker ? edgeUntil : now)
  if (now - heardUntil > blindAfterMs) return { status: 'unknown', reason: null }
  // Nobody listened at the broker for a part of the silence: it counts from when somebody does again.
  const gap = heardAtBroker && lastSeen < edgeSince
  if (gap && !(now - edgeSince > offlineAfter * intervalMs)) return { status: 'unknown', reason: null }
  const silent = heardUntil - lastSeen
  if (silent <= lateAfter * intervalMs) return { status: 'online', reason: null }
  return { status: silent <= offlineAfter * intervalMs ? 'late' : 'offline', reason: 'silent' }
}

function goodbyeOf(declared: Declared | undefined): { reason: AgentState['reason']; at: number } | undefined {
  if (!declared) return undefined
  if (declared.revokedAt !== null) return { reason: 'revoked', at: declared.revokedAt }
  if (declared.status !== 'offline' || declared.statusAt === null) return undefined
  return { reason: declared.reason, at: declared.statusAt }
}

/** Only its own word is a sighting; that it is lost or revoked is said by others, and counts where there is no other. */
function newest(declared: Declared | undefined, seen: Sighting | undefined): number | null {
  const told = declared?.statusAt ?? null
  if (told === null || !seen) return seen?.lastSeen ?? told
  const itself = declared?.status === 'online' || declared?.reason === 'stopped'
  return itself ? Math.max(told, seen.lastSeen) : seen.lastSeen
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whole and not negative: what BIGINT columns and JavaScript both hold. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
