/**
 * When to look next, epoch ms: on a grid of the interval that begins at an offset of the agent's own, so that a fleet
 * doesn't look, and send, at the same moment.
 */
export function nextLook(now: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((now - offsetMs) / intervalMs + 1) * intervalMs + offsetMs
}

/** An agent's place in the interval: the same at every start, and spread over all agents (FNV-1a). */
export function offsetOf(agent: string, intervalMs: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < agent.length; i++) hash = Math.imul(hash ^ agent.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % intervalMs
}
