import type { SeriesName, Tags } from './batch.ts'

/** Which series of its tenant a rule is about. */
export interface AlertScope {
  readonly metricName: string
  /** null: of any agent, or none. */
  readonly agentId: string | null
  /** A series must have all of them; it may have more. */
  readonly tags: Tags
}

export function isAbout(scope: AlertScope, [metric, agent, tags]: SeriesName): boolean {
  if (metric !== scope.metricName || (scope.agentId !== null && agent !== scope.agentId)) return false
  return Object.entries(scope.tags).every(([key, value]) => Object.hasOwn(tags, key) && tags[key] === value)
}
