/** What an agent seen through its points is doing, by design: late after 1.5 intervals, offline after 2. */
export type AgentStatus = 'online' | 'late' | 'offline' | 'unknown'

export interface Sighting {
  /** Server time of the last record with points of it, epoch ms. */
  readonly lastSeen: number
  /** Learned from its points, ms; null before there were two. */
  readonly intervalMs: number | null
}

const lateAfter = 1.5
const offlineAfter = 2
/** One sighting alone tells nothing about how often more are to be expected. */
const trustedAloneMs = 60_000

/**
 * `blind` says that points may have been accepted that this process has not seen: then silence proves nothing and
 * an agent that would be late or offline is unknown.
 */
export function agentStatus(
  { lastSeen, intervalMs }: Sighting,
  now: number,
  blind: boolean,
): { status: AgentStatus; reason: 'silent' | null } {
  const silent = now - lastSeen
  if (intervalMs === null) return { status: silent <= trustedAloneMs ? 'online' : 'unknown', reason: null }
  if (silent <= lateAfter * intervalMs) return { status: 'online', reason: null }
  if (blind) return { status: 'unknown', reason: null }
  return { status: silent <= offlineAfter * intervalMs ? 'late' : 'offline', reason: 'silent' }
}
