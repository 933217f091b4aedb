/** Which agents a stream is told of, and how much. */
export interface Audience {
  has(agent: string): boolean
  /** Equal audiences have equal keys. */
  readonly key: string
  /** Without how often an agent is heard: that tells of all its metrics. */
  readonly brief: boolean
}

/** Of these agents; of all, which is undefined, when there are none. */
export function audienceOf(agents: ReadonlySet<string>): Audience | undefined {
  if (agents.size === 0) return undefined
  return { has: (agent) => agents.has(agent), key: JSON.stringify([...agents].sort()), brief: false }
}
