interface Grid {
  readonly intervalMs: number
  readonly offsetMs: number
}

/**
 * When to look next, epoch ms: on a grid of the interval that begins at an offset of the agent's own, so that a fleet
 * doesn't look, and send, at the same moment. `planned` is when this look was due: timers may come a millisecond early,
 * and the same place must not come twice. A clock that was set back is believed.
 */
export function nextLook(now: number, planned: number, { intervalMs, offsetMs }: Grid): number {
  const from = planned - now < intervalMs ? Math.max(now, planned) : now
  return Math.floor((from - offsetMs) / intervalMs + 1) * intervalMs + offsetMs
}

/** An agent's place in the interval: the same at every start, and spread over all agents (FNV-1a). */
export function offsetOf(agent: string, intervalMs: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < agent.length; i++) hash = Math.imul(hash ^ agent.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % intervalMs
}
